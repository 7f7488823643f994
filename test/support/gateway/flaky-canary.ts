/** A new revision that fails a part of its requests, as the canary beside the one that was there. */

/** @param errorRate As the image takes it: `0.5`, `5%`. @param percent Of the traffic. */
export function flakyCanary(
	service: string,
	{errorRate, target, percent}: {errorRate: string; target?: string; percent: number},
) {
	return {
		template: {
			spec: {
				containers: [
					{
						image: 'registry.example.com/samples/helloworld-flaky:1',
						env: [
							{name: 'ERROR_RATE', value: errorRate},
							...(target === undefined ? [] : [{name: 'TARGET', value: target}]),
						],
					},
				],
			},
		},
		traffic: [
			{revisionName: `${service}-00001`, percent: 100 - percent, tag: 'stable'},
			{latestRevision: true, percent, tag: 'canary'},
		],
	};
}
