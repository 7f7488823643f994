/** What is released, for the panes. */
import {useMemo} from 'react';
import {changesOf} from '../../console/session/change-recorder.js';
import {knownRevisions} from '../../console/state/read.js';
import {releaseOf, type Release} from '../../knative/release/release.js';
import type {ServiceView} from '../../knative/service/service.js';
import {revisionMarks, type RevisionMarks} from './revision-marks.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';

/** The release of a service and the marks of its revisions; told anew only when service, revisions or history change. */
export function useRelease(
	service: ServiceView | undefined,
): {release: Release; marks: RevisionMarks} | undefined {
	const theme = useTheme();
	const revisions = useConsoleState(state => service && knownRevisions(state, service));
	const history = useConsoleState(state => state.history);
	return useMemo(() => {
		if (!service) return undefined;
		const release = releaseOf({service, revisions, changes: changesOf({history}, service.uid)});
		return {release, marks: revisionMarks(service, release, theme)};
	}, [service, revisions, history, theme]);
}
