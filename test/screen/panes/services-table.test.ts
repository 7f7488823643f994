import {expect, test} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {cellsOf} from '../../../source/screen/panes/services-table.js';
import {widthOf} from '../../../source/screen/widgets/table/fit-text.js';
import {textOf} from '../../../source/screen/widgets/table/table-text.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../live/snapshot.js';

test.each([true, false])(
	'the mark of a state is one column wide, which is what it has (ASCII: %s)',
	isAscii => {
		const service = serviceView({ready: 1});
		for (const tone of ['good', 'waiting', 'warning', 'bad'] as const) {
			const verdict = {...verdictOf(service.uid, snapshotOf()), tone, word: 'so', isRunning: true};
			const [mark] = cellsOf(service, createTheme({env: {}, isAscii}), {verdict, now: 0});
			expect([tone, widthOf(textOf(mark))]).toEqual([tone, 1]);
		}
	},
);
