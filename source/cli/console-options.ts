/** What a console is begun with, as far as the flags say it: the one on the screen and the one in lines alike. */
import type {ConsoleOptions} from '../console/begin.js';
import {printable} from '../knative/text/printable.js';
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {ConsoleFlags} from './flags.js';

export const consoleOptionsOf = (flags: ConsoleFlags, requestOptions: RequestOptions) =>
	({
		to: printable(flags.sandbox ? 'sandbox' : (flags.context ?? 'the cluster')),
		namespace: flags.namespace,
		allNamespaces: flags.allNamespaces,
		gateway: flags.gateway,
		selector: flags.selector,
		only: flags.only,
		requestOptions,
		production: flags.production,
		prometheus: flags.prometheus,
	}) satisfies ConsoleOptions;
