/** What plans of a split are made from, and what they say. */
import type {Plan} from '../../../source/release/plan.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {revisionView, serviceView} from '../../knative/objects.js';

export const factsOf = (traffic: TrafficTarget[], revisions = [revisionView(2), revisionView(1)]) => ({
	service: serviceView({traffic, ready: 2}),
	revisions,
	changes: [],
});

export const kindsOf = ({warnings}: Plan) => warnings.map(({kind}) => kind);
