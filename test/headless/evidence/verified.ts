/** Runs `verify` in front of gateways that stand before the sandbox's, for the tests beside. */
import {exitCodeOf, verifySplit, type VerifyOptions} from '../../../source/headless/evidence/verify.js';
import {verifyLines} from '../../../source/headless/evidence/verify-text.js';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import type {SandboxWorld} from '../sandbox.js';

export const requestOptions = {...defaultRequestOptions, rate: 200, maxRate: 200, timeout: 2000};

export async function verify(world: SandboxWorld, options: Partial<VerifyOptions>) {
	const outcome = await verifySplit(world.cluster, {
		service: 'cart',
		namespace: 'default',
		n: 100,
		alpha: 0.01,
		requestOptions,
		...options,
	});
	const report = outcome.kind === 'asked' ? outcome.report : undefined;
	return {
		code: exitCodeOf(outcome),
		report,
		said: outcome.kind === 'asked' ? verifyLines(outcome.report).join('\n') : outcome.sentence,
	};
}

/** The host that users ask. */
export const ofService = 'cart.default.example.com';
