/** What the switches take: the types here, the ranges where the faults are. */
import * as v from 'valibot';
import {faultCodes} from '../api/http/api-faults.js';

const share = v.number();

export const noBody = v.undefined('this request takes no body');

export const apiFaults = v.strictObject({
	answers: v.exactOptional(
		v.array(
			v.strictObject({
				code: v.picklist(faultCodes),
				methods: v.exactOptional(v.array(v.pipe(v.string(), v.toUpperCase()))),
				path: v.exactOptional(v.string()),
				dryRun: v.exactOptional(v.boolean()),
				times: v.exactOptional(v.pipe(v.number(), v.integer())),
				seconds: v.exactOptional(v.number()),
				retryAfter: v.exactOptional(v.pipe(v.number(), v.integer())),
			}),
		),
	),
	delay: v.exactOptional(v.number()),
	drop: v.exactOptional(share),
	reset: v.exactOptional(share),
	goaway: v.exactOptional(share),
	stallWatches: v.exactOptional(v.boolean()),
	expireTokens: v.exactOptional(v.boolean()),
});

export const userSettings = v.strictObject({
	rate: v.exactOptional(v.number()),
	service: v.exactOptional(v.string()),
	arrivals: v.exactOptional(v.picklist(['poisson', 'steady'])),
	path: v.exactOptional(v.string()),
});

export const gatewayFaults = v.strictObject({
	down: v.exactOptional(v.boolean()),
	delay: v.exactOptional(v.number()),
	drop: v.exactOptional(share),
	reset: v.exactOptional(share),
	cut: v.exactOptional(share),
	unavailable: v.exactOptional(share),
	weights: v.exactOptional(v.record(v.string(), v.record(v.string(), v.number()))),
	service: v.exactOptional(v.picklist(['LoadBalancer', 'ClusterIP'])),
});
