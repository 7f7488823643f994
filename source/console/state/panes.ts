/** The panes, in the order of their digits. A file of its own, since the frame before Ink's needs nothing else of the store. */
export const panes = ['services', 'revisions', 'traffic', 'live'] as const;
export type Pane = (typeof panes)[number];
