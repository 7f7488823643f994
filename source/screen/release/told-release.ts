/** What is released, and by what its revisions are told apart, as it was told last. */
import {changesOf} from '../../console/session/change-recorder.js';
import type {ConsoleState} from '../../console/state/state.js';
import {releaseOf, type Release} from '../../knative/release/release.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import {revisionMarks, type RevisionMarks} from './revision-marks.js';

export type ToldRelease = {readonly release: Release; readonly marks: RevisionMarks};

/** What was told last of a service, and what of: several panes ask for the same. */
const lastTold = new WeakMap<ServiceView, {readonly of: readonly unknown[]; readonly told: ToldRelease}>();

/** Most of what becomes of revisions changes nothing about them. */
const sameMarks = (one: RevisionMarks, other: RevisionMarks): boolean =>
	one.size === other.size &&
	[...one].every(([revision, {fill, style}]) => {
		const mark = other.get(revision);
		return mark?.fill === fill && mark.style === style;
	});

/** The release of a service and the marks of its revisions, as far as these are known; the same for the same. */
export function toldOf(
	service: ServiceView,
	{
		revisions,
		history,
		theme,
	}: {
		revisions: readonly RevisionView[] | undefined;
		history: ConsoleState['history'];
		theme: Theme;
	},
): ToldRelease {
	const of = [revisions, history, theme];
	const last = lastTold.get(service);
	if (last?.of.every((part, index) => part === of[index])) return last.told;
	const release = releaseOf({service, revisions, changes: changesOf({history}, service.uid)});
	const marks = revisionMarks(service, release, theme);
	const told = {release, marks: last && sameMarks(last.told.marks, marks) ? last.told.marks : marks};
	lastTold.set(service, {of, told});
	return told;
}
