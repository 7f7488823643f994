import {expect, it, vi} from 'vitest';
import {openImages} from '../../../../source/console/forms/used-images.js';
import {openRevisionForm} from '../../../../source/console/forms/forms.js';
import {topSheet} from '../../../../source/console/state/read.js';
import {Images} from '../../../../source/screen/sheets/choose/images-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';
import {knowing} from '../../parts/state.js';

const images = ['registry.example.com/shop/cart:1', 'registry.example.com/shop/cart:2'];

it('puts the image that Enter is pressed on into the form beneath', async () => {
	const {store, screen, press, until} = await openOnConsole(
		() => <Images images={images} isActive width={60} height={8} />,
		{columns: 60, rows: 8, state: knowing()},
	);
	openRevisionForm(store);
	openImages(store);
	expect(screen()).toContain('Images in use here');
	expect(screen()).toContain(images[0]);
	press('down');
	await until(/▸ *registry\.example\.com\/shop\/cart:2/);
	press('enter');
	await vi.waitFor(() =>
		expect(topSheet(store.getState())).toMatchObject({kind: 'create revision', values: {image: images[1]}}),
	);
});
