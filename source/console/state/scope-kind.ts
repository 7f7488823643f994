import type {VisibleNamespaces} from '../../kube/visible-namespaces.js';

/** Which namespaces are shown. */
export type Scope =
	/** `namespace` alone. */
	| {kind: 'one'}
	/** All that the operator may see: which, is being asked. */
	| {kind: 'looking'}
	| VisibleNamespaces;
