/** Which namespaces are shown, and in words. Pure. */
import {printable} from '../../knative/text/printable.js';
import {selectedService} from './read.js';
import type {ConsoleState} from './state.js';

type Scoped = Pick<ConsoleState, 'namespace' | 'scope'>;

/** More than one namespace may be shown, so that a name alone says too little. */
export function isAcross({scope}: Pick<ConsoleState, 'scope'>): boolean {
	return scope.kind !== 'one';
}

/** Whether the services of that namespace are told of here. */
export function isShown({namespace: own, scope}: Scoped, namespace: string): boolean {
	switch (scope.kind) {
		case 'one':
			return namespace === own;
		case 'looking':
			return false;
		case 'all':
			return true;
		case 'some':
			return scope.names.includes(namespace);
	}
}

/** For a line of its own: `default`, `all namespaces`, `3 namespaces`. */
export function scopeWords({namespace, scope}: Scoped): string {
	switch (scope.kind) {
		case 'one':
			return printable(namespace);
		case 'looking':
		case 'all':
			return 'all namespaces';
		case 'some':
			return scope.names.length === 1 ? printable(scope.names[0] ?? '') : `${scope.names.length} namespaces`;
	}
}

/** The same for a sentence: `namespace default`, `all namespaces`, `bank, shop`. */
export function whereWords({namespace, scope}: Scoped): string {
	if (scope.kind === 'one') return `namespace ${printable(namespace)}`;
	return scope.kind === 'some' ? scope.names.map(name => printable(name)).join(', ') : 'all namespaces';
}

/** Where something new would be made: beside what is selected. */
export function homeNamespaceOf(state: ConsoleState): string {
	return (isAcross(state) ? selectedService(state)?.namespace : undefined) ?? state.namespace;
}
