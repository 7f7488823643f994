/** Which component draws which pane. */
import type {FunctionComponent} from 'react';
import type {Pane} from '../../console/state/panes.js';
import type {Size} from '../layout.js';
import {LivePane} from '../live/live-pane.js';
import {RevisionsPane} from './revisions-pane.js';
import {ServicesPane} from './services-pane.js';
import {TrafficPane} from './traffic-pane.js';

export const paneComponents: Readonly<Record<Pane, FunctionComponent<Size>>> = {
	services: ServicesPane,
	revisions: RevisionsPane,
	traffic: TrafficPane,
	live: LivePane,
};
