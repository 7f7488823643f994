import {runAndExit, runHttpServer} from './http-container.js';
import {greetingOf, portOf, type Image} from './image.js';

/**
 * A share of requests: 0–1, or a percentage (`20` or `20%`; a plain 1 is every request).
 *
 * @returns undefined when it is neither.
 */
export function parseErrorRate(text: string): number | undefined {
	const match = /^(?<number>\d+(?:\.\d+)?|\.\d+)(?<percent>%?)$/.exec(text.trim());
	if (!match) {
		return undefined;
	}

	const number = Number(match.groups?.['number']);
	const rate = match.groups?.['percent'] === '%' || number > 1 ? number / 100 : number;
	return rate <= 1 ? rate : undefined;
}

export const helloworldFlaky: Image = {
	name: 'helloworld-flaky',
	summary: 'answers after LATENCY_MS; a share of ERROR_RATE (0–1 or percent) with 500',
	startup: 50,
	run(container) {
		const {ERROR_RATE: rateText = '0.2', LATENCY_MS: latencyText = '0'} = container.env;
		const rate = parseErrorRate(rateText);
		const latency = /^\d{1,6}$/.test(latencyText.trim()) ? Number(latencyText) : undefined;
		if (rate === undefined || latency === undefined) {
			const [name, text, wanted] =
				rate === undefined
					? ['ERROR_RATE', rateText, 'a share from 0 to 1 or a percentage']
					: ['LATENCY_MS', latencyText, 'whole milliseconds from 0 to 999999'];
			return runAndExit(container, {
				after: 20,
				code: 2,
				lines: [`${name} is ${JSON.stringify(text)}, but must be ${wanted}`],
			});
		}

		const port = portOf(container);
		return runHttpServer(container, {
			port,
			startup: 50,
			listening: `helloworld-flaky: port ${port}, error rate ${rate}, latency ${latency} ms`,
			handler(_request, response) {
				const failed = container.random() < rate;
				const body = failed ? 'Internal Server Error\n' : `${greetingOf(container)}\n`;
				// In real milliseconds at every pace: who asks for 50 ms wants to measure 50 ms.
				setTimeout(() => {
					if (failed) {
						container.log('helloworld-flaky: this request fails');
					}

					response.writeHead(failed ? 500 : 200, {
						'content-type': 'text/plain; charset=utf-8',
						'content-length': Buffer.byteLength(body),
					});
					response.end(body);
				}, latency).unref();
			},
		});
	},
};
