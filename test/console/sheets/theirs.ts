/** What somebody else makes of the split of cart, which was 90│10. */
export const theirs = [
	{revisionName: 'cart-00001', percent: 30, tag: 'stable'},
	{revisionName: 'cart-00002', percent: 70, tag: 'canary'},
];
