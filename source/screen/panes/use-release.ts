/** What is released, for the panes. */
import {useMemo} from 'react';
import {changesOf} from '../../console/session/change-recorder.js';
import {knownRevisions} from '../../console/state/read.js';
import {releaseOf, type Release} from '../../knative/release/release.js';
import type {ServiceView} from '../../knative/service/service.js';
import {revisionMarks, type RevisionMarks} from './revision-marks.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';

type Told = {readonly release: Release; readonly marks: RevisionMarks};

/** What was told last of a service, and what of: several panes ask for the same. */
const lastTold = new WeakMap<ServiceView, {readonly of: readonly unknown[]; readonly told: Told}>();

/** The release of a service and the marks of its revisions; told anew only when service, revisions or history change. */
export function useRelease(service: ServiceView | undefined): Told | undefined {
	const theme = useTheme();
	const revisions = useConsoleState(state => service && knownRevisions(state, service));
	const history = useConsoleState(state => state.history);
	return useMemo(() => {
		if (!service) return undefined;
		const of = [revisions, history, theme];
		const last = lastTold.get(service);
		if (last?.of.every((part, index) => part === of[index])) return last.told;
		const release = releaseOf({service, revisions, changes: changesOf({history}, service.uid)});
		const told = {release, marks: revisionMarks(service, release, theme)};
		lastTold.set(service, {of, told});
		return told;
	}, [service, revisions, history, theme]);
}
