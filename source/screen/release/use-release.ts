/** What is released, for the panes. */
import {useMemo} from 'react';
import {knownRevisions} from '../../console/state/read.js';
import type {ServiceView} from '../../knative/service/service.js';
import {toldOf, type ToldRelease} from './told-release.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';

/** Told again only when service, revisions or history change. */
export function useRelease(service: ServiceView | undefined): ToldRelease | undefined {
	const theme = useTheme();
	const revisions = useConsoleState(state => service && knownRevisions(state, service));
	const history = useConsoleState(state => state.history);
	return useMemo(
		() => service && toldOf(service, {revisions, history, theme}),
		[service, revisions, history, theme],
	);
}
