/** The two revisions that are compared. */
import type {TagPlace} from '../transport/tag-target.js';

/** A revision, and what leads to it alone: its tag's host or header, or the service's host while it has 100 %. */
export type Side = TagPlace & {revision: string};

export type Sides = {old: Side; fresh: Side};
