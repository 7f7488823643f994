/** The images that the namespace already uses, to pick one for the form beneath. */
import {pickImage} from '../../../console/forms/used-images.js';
import type {Size} from '../../layout.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {Menu} from '../../widgets/table/menu.js';
import {useConsole, useOnlySeen, useShownAs} from '../../use-console.js';

/** Enter puts the image into the form. */
export function Images({
	images,
	isActive,
	width,
	height,
}: Size & {images: readonly string[]; isActive: boolean}) {
	const {store} = useConsole();
	const shownAs = useShownAs('images');
	const onlySeen = useOnlySeen(shownAs);
	const size = frameContentSize(width, height);
	return (
		<Frame
			width={width}
			height={height}
			title="Images in use here"
			aside="Enter takes it"
			isFocused
			shownAs={shownAs}
		>
			<Menu
				items={images.map(image => ({value: image, label: image}))}
				isFocused={isActive}
				{...size}
				onSelect={image => onlySeen(() => pickImage(store, image))}
			/>
		</Frame>
	);
}
