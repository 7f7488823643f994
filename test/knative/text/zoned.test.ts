/** Times that are written down are those of the operator, with their zone. */
import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';

const at = Date.parse('2026-07-14T23:59:03.250Z');

/** In a process of its own: a zone is of the whole process. */
const inZone = (TZ: string): string =>
	execFileSync(
		process.execPath,
		[
			'--input-type=module',
			'-e',
			`import {zoned} from './source/knative/text/moment.ts'; process.stdout.write(zoned(${at}))`,
		],
		{env: {...process.env, TZ}, encoding: 'utf8'},
	);

test.each([
	['UTC', '2026-07-14T23:59:03.250Z'],
	['Europe/Berlin', '2026-07-15T01:59:03.250+02:00'],
	['America/St_Johns', '2026-07-14T21:29:03.250-02:30'],
	['Asia/Kolkata', '2026-07-15T05:29:03.250+05:30'],
])('in %s', (zone, written) => {
	expect(inZone(zone)).toBe(written);
	expect(Date.parse(written)).toBe(at);
});
