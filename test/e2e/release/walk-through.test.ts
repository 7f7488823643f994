/** The release the product exists for, by keyboard, in the built program: each result is read off the screen. */
import {describe, expect, it} from 'vitest';
import {confirm, openOnSandbox, reviewNewService} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

const image = 'registry.example.com/samples/helloworld-go:73fbdd56';

/** The line of the live pane that counts a greeting: `Hello World!  …00001  50 %  52.3 % …`. */
function countLine(screen: string, greeting: string): string | undefined {
	return screen.split('\n').find(line => line.includes(greeting) && /\d %/.test(line));
}

/** How often a greeting was counted: the whole number after the interval and the share of the last half a minute. */
function counted(screen: string, greeting: string): number {
	const line = countLine(screen, greeting);
	return Number(/\d–[\d.]+\s+(?:\d+ %\s+)?(\d+)/.exec(line ?? '')?.[1] ?? 0);
}

/** The share that was observed: the second percent of the line. */
function seen(screen: string, greeting: string): number {
	const percents = [...(countLine(screen, greeting) ?? '').matchAll(/([\d.]+) %/g)].map(match =>
		Number(match[1]),
	);
	return percents[1] ?? Number.NaN;
}

async function createHello(terminal: TestTerminal): Promise<void> {
	await reviewNewService(terminal, {name: 'helloworld-go', image});
	await confirm(terminal);
	await terminal.until(screen => /helloworld-go[\s█]+100\s+Ready/.test(screen));
}

describe('the walk-through', () => {
	it('goes from a new service to 50/50, to the new revision, and back to the old one', async () => {
		await using terminal = await openOnSandbox({cols: 140, rows: 44});

		// 1 Create a service: it becomes Ready and shows its URL.
		await createHello(terminal);
		expect(terminal.screen()).toContain('http://helloworld-go.default.example.com');

		// 2 Ask it once: the greeting, and the curl line that asks the same.
		terminal.press('v');
		await terminal.until(/Hello World!/);
		expect(terminal.screen()).toMatch(
			/curl -H 'Host: helloworld-go\.default\.example\.com' http:\/\/127\.0\.0\.1:\d+\//,
		);
		terminal.press('esc');

		// 3 Create a revision with TARGET=Knative at 0 %.
		terminal.press('r');
		await terminal.until(/New revision of helloworld-go/);
		terminal.press('tab');
		terminal.type('TARGET=Knative');
		await terminal.until(/TARGET=Knative/);
		terminal.press('ctrl-s');
		await terminal.until(/Create a revision of helloworld-go/);
		await terminal.until(/the new revision \(latest\)\s+canary\s+–\s+→\s+0 %/);
		await confirm(terminal);
		await terminal.until(/…00002\s+0 %\s+(?:\d+ %\s+)?canary\s+● Ready/);
		// Until then the tag leads where it led: to what was the latest ready revision.
		await terminal.until(/live since/);

		// 4 Nothing moved: 100 % Hello World at the service, Hello Knative at the tag.
		terminal.press('V');
		await terminal.until(/Hello Knative!/);
		expect(terminal.screen()).toContain('http://canary-helloworld-go.default.example.com');
		terminal.press('esc', 'space', '+', '+', '+', '+');
		await terminal.until(screen => counted(screen, 'Hello World!') >= 20);
		expect(seen(terminal.screen(), 'Hello World!')).toBe(100);
		expect(counted(terminal.screen(), 'Hello Knative!')).toBe(0);

		// 5 Split 50/50 with the slider: both greetings, counted, and a verdict.
		terminal.press('tab', '%', '5', '0');
		// The others follow while it is typed.
		await terminal.until(/50▏ %/);
		terminal.press('enter');
		await terminal.until(/Split the traffic of helloworld-go/);
		await confirm(terminal);
		const both = await terminal.until(
			screen => /50│50 since/.test(screen) && /No contradiction with the split so far/.test(screen),
		);
		expect(counted(both, 'Hello World!')).toBeGreaterThan(0);
		expect(counted(both, 'Hello Knative!')).toBeGreaterThan(0);

		// 6 Complete: only Hello Knative. Roll back: only Hello World.
		terminal.press('c');
		await terminal.until(/Promote the canary of helloworld-go/);
		await confirm(terminal);
		const completed = await terminal.until(
			screen => /0│100 since/.test(screen) && counted(screen, 'Hello Knative!') >= 20,
		);
		expect(seen(completed, 'Hello Knative!')).toBe(100);
		expect(counted(completed, 'Hello World!')).toBe(0);

		terminal.press('R');
		await terminal.until(/Roll back helloworld-go/);
		await confirm(terminal);
		const back = await terminal.until(
			screen => /100│0 since/.test(screen) && counted(screen, 'Hello World!') >= 20,
		);
		expect(seen(back, 'Hello World!')).toBe(100);
		expect(counted(back, 'Hello Knative!')).toBe(0);

		// Undo puts back the split before the roll back.
		terminal.press('u');
		await terminal.until(/Undo the last split of helloworld-go/);
		await confirm(terminal);
		await terminal.until(/0│100 since/);

		// The loop is running: leaving asks, and says on the normal screen what was done.
		terminal.press('q');
		await terminal.until(/running: requests to helloworld-go/);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
		expect(terminal.screen()).toMatch(
			/create service helloworld-go: done[^]*roll back helloworld-go \(00001 0 -> 100 %, 00002 100 -> 0 %\): done/,
		);
	});

	it('creates a gRPC service and asks it once, over gRPC', async () => {
		await using terminal = await openOnSandbox();
		await reviewNewService(terminal, {
			name: 'greeter',
			image: 'registry.example.com/samples/helloworld-grpc:1',
			grpc: true,
		});
		expect(terminal.screen()).toContain('gRPC (h2c)');
		await confirm(terminal);
		await terminal.until(/greeter[\s█]+100\s+Ready/);
		terminal.press('v');
		await terminal.until(/SERVING/);
		expect(terminal.screen()).toContain('grpcurl -plaintext -authority greeter.default.example.com');
	});
});
