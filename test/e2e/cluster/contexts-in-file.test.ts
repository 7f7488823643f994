/** What the configuration file says of one context holds there alone, also where the console goes from one to another. */
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {startTestGateway, type TestGateway} from '../../support/gateway/gateways.js';
import {builtProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal, type TestTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let directory: string;
let gateways: TestGateway[];
/** What each gateway was asked. */
let asked: {path: string; headers: IncomingHttpHeaders}[][];

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
});

afterAll(async () => {
	await sandbox.stop();
});

beforeEach(async () => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-contexts-'));
	asked = [[], []];
	gateways = await Promise.all(
		asked.map(async heard =>
			startTestGateway({
				to: sandbox.gateway,
				answer({url = '', headers}: IncomingMessage) {
					heard.push({path: url, headers});
					return undefined;
				},
			}),
		),
	);
});

afterEach(async () => {
	await Promise.all(gateways.map(async each => each.close()));
	rmSync(directory, {recursive: true});
});

it('gateway, header and path, and that it is read-only', async () => {
	const config = path.join(directory, 'config.yaml');
	const [first, second] = gateways.map(({port}) => `127.0.0.1:${port}`);
	writeFileSync(
		config,
		`cookie: everywhere=yes
contexts:
  sandbox:
    gateway: ${first}
    header: ['Authorization: Bearer of-the-first']
  sandbox-operator:
    gateway: ${second}
    path: /second
    read-only: true
`,
	);
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', sandbox.kubeconfig, '--config', config],
		env: {XDG_STATE_HOME: directory},
		cols: 140,
	});
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('v');
	await terminal.until(/Test request: cart[^]*200 /);
	const [own, ...others] = asked[0] ?? [];
	expect(own).toMatchObject({
		path: '/',
		headers: {
			host: 'cart.default.example.com',
			authorization: 'Bearer of-the-first',
			cookie: 'everywhere=yes',
		},
	});
	// What a host that cannot exist gets is compared; it gets nothing that was given for the service.
	expect(others.length).toBeGreaterThan(0);
	for (const {headers} of others) {
		expect(headers.host).toMatch(/^kn-canary-/);
		expect(headers).not.toHaveProperty('authorization');
		expect(headers).not.toHaveProperty('cookie');
	}
	const askedOfFirst = asked[0]?.length;
	terminal.press('esc');
	await terminal.until(screen => !screen.includes('Test request'));

	terminal.type(':ctx sandbox-operator\r');
	await terminal.until(/This is the context sandbox-operator/);
	await terminal.until(/read-only/);
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('v');
	await terminal.until(/Test request: cart[^]*200 /);
	expect(asked[1]?.[0]).toMatchObject({path: '/second', headers: {cookie: 'everywhere=yes'}});
	expect(asked[1]![0]!.headers.authorization).toBeUndefined();
	expect(asked[0]).toHaveLength(askedOfFirst ?? 0);
	const askedOfSecond = asked[1]?.length;
	terminal.press('esc');
	await terminal.until(screen => !screen.includes('Test request'));

	terminal.type(':ctx -\r');
	await terminal.until(/This is the context sandbox\./);
	await terminal.until(/▸ . cart [█▓▒░#=. ]+90│10/);
	terminal.press('v');
	await terminal.until(/Test request: cart[^]*200 /);
	expect(asked[0]![askedOfFirst ?? 0]).toMatchObject({
		path: '/',
		headers: {authorization: 'Bearer of-the-first'},
	});
	expect(asked[1]).toHaveLength(askedOfSecond ?? 0);
});

it('colours and characters', async () => {
	const config = path.join(directory, 'config.yaml');
	writeFileSync(config, 'contexts:\n  sandbox-operator:\n    theme: no-colour\n    ascii: true\n');
	await using terminal = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', sandbox.kubeconfig, '--config', config],
		env: {XDG_STATE_HOME: directory},
	});
	await terminal.until(/▸ . cart [█▓ ]+90│10/);
	expect(coloured(terminal)).toBe(true);
	terminal.type(':ctx sandbox-operator\r');
	await terminal.until(/This is the context sandbox-operator/);
	await terminal.until(/> \* cart [#= ]+90\|10/);
	await terminal.until(screen => !coloured(terminal) && !/[…│█]/.test(screen));
	terminal.type(':ctx -\r');
	await terminal.until(/This is the context sandbox\./);
	await terminal.until(/▸ . cart [█▓ ]+90│10/);
	await terminal.until(() => coloured(terminal));
});

/** Whether anything on the screen has a colour. */
function coloured({emulator}: TestTerminal): boolean {
	const {active} = emulator.buffer;
	return Array.from({length: emulator.rows}, (_, row) => active.getLine(active.baseY + row)).some(line =>
		Array.from({length: emulator.cols}, (_, column) => line?.getCell(column)).some(
			cell => cell !== undefined && !cell.isFgDefault(),
		),
	);
}
