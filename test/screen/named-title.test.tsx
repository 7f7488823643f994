import {describe, expect, it} from 'vitest';
import {RevisionsPane} from '../../source/screen/panes/revisions-pane.js';
import {knativeService} from '../knative/objects.js';
import {parseService} from '../../source/knative/service/service.js';
import {openOnConsole} from './parts/on-console.js';
import {knowing} from './parts/state.js';

const long = (middle: string) => `${'a'.repeat(30)}${middle}${'b'.repeat(32)}`;

function serviceNamed(name: string) {
	const object = knativeService();
	const parsed = parseService({...object, metadata: {...object.metadata, name, uid: `uid of ${name}`}});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

describe('a title with the name of an object', () => {
	it('tells it from the others there are, however long they are and wherever they differ', async () => {
		const services = ['1', '2', '3'].map(middle => serviceNamed(long(middle)));
		const titles: string[] = [];
		for (const service of services) {
			const {screen} = await openOnConsole(() => <RevisionsPane width={50} height={6} />, {
				columns: 50,
				rows: 6,
				state: {...knowing(), services, selected: {...service, wasSeen: true}},
			});
			titles.push(/Revisions of (\S+)/.exec(screen())?.[1] ?? '');
		}
		expect(new Set(titles).size).toBe(3);
		titles.forEach((title, index) => expect(title).toContain(String(index + 1)));
	});

	it('has the whole name where there is room', async () => {
		const service = serviceNamed(long('1'));
		const {screen} = await openOnConsole(() => <RevisionsPane width={90} height={6} />, {
			columns: 90,
			rows: 6,
			state: {...knowing(), services: [service], selected: {...service, wasSeen: true}},
		});
		expect(screen()).toContain(`Revisions of ${service.name} `);
	});
});
