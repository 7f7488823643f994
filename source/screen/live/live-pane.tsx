/** Pane 4: what users really get. Counts per revision beside what is configured, the verdict, the answers as they come. */
import {Box} from 'ink';
import {useEffect} from 'react';
import {requestOptionsFor, targetOf} from '../../console/live/request-target.js';
import {splitBegan} from '../../console/live/loops/split-began.js';
import {focusedPane, selectedService} from '../../console/state/read.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import type {Size} from '../layout.js';
import {shownGateway} from '../panes/gateway-evidence.js';
import {titleOf} from '../panes/pane-table.js';
import {useRelease} from '../release/use-release.js';
import {sameParts, useConsole, useConsoleState} from '../use-console.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {besideWidth} from './beside-lines.js';
import {besideGap, BesidePanel} from './beside-panel.js';
import {asidePieces, fittingAside} from './live-aside.js';
import {LiveCounts} from './live-counts.js';
import {Invitation} from './live-invitation.js';
import {UsersChart, usersChartHeight, UsersRows, usersHeight} from './users-rows.js';

/** Cells of the title's own words and the corners of the frame. */
const titleWidth = titleOf('live').length + 8;

/** Decides between what the loop counts, what users get, and why there is neither. */
export function LivePane({width, height}: Size) {
	const service = useConsoleState(selectedService);
	const {focus, gateway, requestOptions, live} = useConsoleState(
		state => ({
			focus: focusedPane(state),
			gateway: shownGateway(state),
			requestOptions: requestOptionsFor(state, service?.uid),
			live: state.live,
		}),
		sameParts,
	);
	const move = useConsoleState(state => service && state.moves.get(service.uid));
	const release = useRelease(service)?.release;
	const isForwarded = gateway.kind === 'found' && gateway.forward !== undefined;
	const asked = service && targetOf(service, service.url, gateway, requestOptions);
	const isInClear = asked?.ok === true && asked.inClear !== undefined;
	const snapshot = service && live?.uid === service.uid ? live.snapshot : undefined;
	const page = live?.page ?? 0;
	const isBack = useConsoleState(
		state => state.answersUpTo !== undefined && state.answersUpTo.uid === service?.uid,
	);
	const background = live?.background ?? 0;
	const isRefused = service !== undefined && lateRefusal(service) !== undefined;
	const inside = frameContentSize(width, height);
	const isAsked = snapshot !== undefined;
	// At the foot of the pane rows may come later: nothing above them moves.
	const hasUsers = useConsoleState(state => state.users !== undefined && state.users.uid === service?.uid);
	const isAlone = useConsoleState(
		({users: known}) =>
			!isAsked &&
			known?.uid === service?.uid &&
			(known?.alarm !== undefined || known?.snapshot.state === 'unknown'),
	);
	const users = isAsked && !hasUsers ? 0 : usersHeight(inside.height, {isAlone});
	const usersChart = useConsoleState(state => usersChartHeight(state, {height: inside.height, isAsked}));
	const beside = besideWidth(inside);
	useBesideFollowed(beside > 0);
	const leftWidth = beside > 0 && service ? inside.width - beside - besideGap : inside.width;
	const size = {width: leftWidth, height: inside.height - users - usersChart};
	// The verdict on what is asked is the first line; what users themselves get stands below it.
	const ofUsers = <UsersRows width={size.width} height={users} hasChart={usersChart > 0} />;
	const chart = <UsersChart width={size.width} height={usersChart} />;
	return (
		<Frame
			width={width}
			height={height}
			title={titleOf('live')}
			aside={
				snapshot &&
				fittingAside(
					asidePieces(snapshot, page, {
						isRefused,
						isUnread: service?.splitDoubt !== undefined,
						isForwarded,
						isInClear,
						background,
						isBack,
						began: splitBegan(snapshot, {
							move,
							written: release && {at: release.since, generation: release.generation},
						}),
					}),
					width - titleWidth,
				)
			}
			isFocused={focus === 'live'}
		>
			<Box height={inside.height}>
				<Box width={size.width} height={inside.height} flexDirection="column" overflow="hidden">
					{!isAsked && ofUsers}
					{snapshot && service ? (
						<LiveCounts
							snapshot={snapshot}
							page={page}
							service={service}
							requestOptions={requestOptions}
							isAlone={beside > 0}
							{...size}
						/>
					) : (
						<Invitation
							service={service}
							gateway={gateway}
							requestOptions={requestOptions}
							hasChanges={beside > 0}
							{...size}
						/>
					)}
					{isAsked && ofUsers}
					{chart}
				</Box>
				{service && beside > 0 && (
					<BesidePanel
						service={service}
						failures={snapshot && page === 0 ? snapshot.failures : undefined}
						width={beside}
						height={inside.height}
					/>
				)}
			</Box>
		</Frame>
	);
}

/** What stands beside the answers is followed while there is room for it. */
function useBesideFollowed(isWanted: boolean): void {
	const {wantBeside} = useConsole();
	useEffect(() => {
		wantBeside(isWanted);
		return () => wantBeside(false);
	}, [wantBeside, isWanted]);
}
