/** What becomes of a console when events come faster than anybody could make them: keys, memory, and whether all arrived. */
import {keyTimes, openWatching, quit} from './open.ts';
import {createHeapProbe, usage} from './process.ts';
import type {Add} from './results.ts';
import {median, quantile} from './statistics.ts';
import {startStormServer} from './storm-server.ts';

/** Services that are looked at after the storm, by number. */
const looked = [1, 250, 500, 750, 1000];

/**
 * @param source Kubeconfig of a sandbox with a crowd of services, whose objects are changed.
 * @throws Error when the screen does not show what the server said last.
 */
export async function measureStorm(
	source: string,
	{perSecond, seconds, services, add}: {perSecond: number; seconds: number; services: number; add: Add},
): Promise<void> {
	const server = await startStormServer(source);
	const probe = createHeapProbe();
	try {
		await using terminal = await openWatching(server.kubeconfig, probe.args);
		const before = {heap: await probe.inUse(terminal.pid), ...usage(terminal.pid)};
		const storm = server.storm(perSecond, seconds);
		const times: number[] = [];
		const ended = AbortSignal.timeout(seconds * 1000 - 1000);
		while (!ended.aborted) times.push(...(await keyTimes(terminal, 10)));
		const {cpu} = usage(terminal.pid);
		const report = await storm;
		const reached = `${((report.sent * 1000) / report.milliseconds).toFixed(0)} events/s reached`;
		add('events sent', report.sent, '', reached);
		add('watches, lists', report.watches, '', `${report.lists} pages listed`);
		add('key to frame: p50', median(times), 'ms', `${times.length} keys`);
		add('key to frame: p95', quantile(times, 0.95), 'ms');
		add('CPU', (cpu - before.cpu) / 10 / seconds, '% of a core');
		let shown = 0;
		for (const number of looked.filter(one => one <= services)) {
			const service = `crowd-${String(number).padStart(4, '0')}`;
			const pods = await server.pods(service);
			terminal.press('/');
			terminal.type(service);
			terminal.press('enter');
			await terminal.until(text => {
				const told = [...text.matchAll(/…\d{5} .*? (\d+)\/(\d+) /g)].map(found => Number(found[1]));
				return (
					text.includes(`Revisions of ${service}`) &&
					told.length > 0 &&
					told.every((count, row) => count === pods[row])
				);
			});
			terminal.press('esc');
			shown++;
		}
		add('services that show the last state', shown, '', `of ${shown} looked at`);
		add('heap in use, before', before.heap, 'MB');
		add('heap in use, after', await probe.inUse(terminal.pid), 'MB');
		add('memory, before', before.resident, 'MB');
		add('memory, most', usage(terminal.pid).peak, 'MB');
		add('memory, after', usage(terminal.pid).resident, 'MB');
		await quit(terminal);
	} finally {
		probe.close();
		server.stop();
	}
}
