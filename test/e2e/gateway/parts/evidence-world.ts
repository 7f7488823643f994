/** Consoles and `verify` in front of gateways that answer by a rule, on a world of the test. */
import {beforeEach, onTestFinished} from 'vitest';
import {evenly} from '../../../stats/parts/random.js';
import {openBuiltConsole} from '../../../support/program/console.js';
import {inFrontOf, type FrontRule} from '../../../support/gateway/front-gateway.js';
import {runProgram} from '../../../support/program/run-program.js';
import type {TestTerminal} from '../../../support/terminal/terminal.js';
import type {World} from '../../../support/world.js';
import {worldPerTest, type WorldPerTest} from '../../release/parts/world-per-test.js';

export const host = 'cart.default.example.com';
const untouched: FrontRule = async () => undefined;

/** The gateway gives users another split than the one that is set. */
export const lies = (world: World) =>
	world.sandbox.gatewayFaults.set({weights: {[host]: {'cart-00001': 1, 'cart-00002': 9}}});

/** A world for each test of a file, whose gateway draws its lots evenly. */
export function evidenceWorld(): WorldPerTest {
	const test = worldPerTest();
	beforeEach(async () => {
		await test.start({random: evenly()});
	});
	return test;
}

type Opened = {terminal: TestTerminal; gateway: string};

export async function openInFront(
	test: WorldPerTest,
	rule: FrontRule = untouched,
	args: readonly string[] = [],
): Promise<Opened> {
	const {port} = await inFrontOf(test.world.sandbox, rule);
	const gateway = `127.0.0.1:${port}`;
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', test.world.sandbox.kubeconfigPath, '--gateway', gateway, '--rate', '20', ...args],
		env: {XDG_STATE_HOME: test.state},
		cols: 160,
		rows: 40,
	});
	onTestFinished(async () => terminal[Symbol.asyncDispose]());
	await terminal.until(/gateway 127\.0\.0\.1:\d+[^]*cart [█▓▒░#=. ]+\d+│/);
	return {terminal, gateway};
}

export const verify = async (test: WorldPerTest, gateway: string, service = 'cart') =>
	runProgram(
		[
			'verify',
			service,
			'--n=80',
			'--rate=100',
			'--max-rate=100',
			'--timeout=2s',
			`--kubeconfig=${test.world.sandbox.kubeconfigPath}`,
			`--gateway=${gateway}`,
		],
		{XDG_STATE_HOME: test.state},
	);
