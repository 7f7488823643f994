/** The commands without a screen that write, each with what is to be stored for it; and those that only read. */
import {expect} from 'vitest';
import {splitWords, type StoredService} from '../parts/stored.js';

/** Each goes on from the split that the one before it has left. */
export const shareCommands: readonly {args: readonly string[]; shares: string; writes?: readonly string[]}[] =
	[
		{args: ['split', 'hello', 'stable=50', '00003=50'], shares: 'hello-00002=50 hello-00003=50'},
		{args: ['complete', 'hello'], shares: 'hello-00002=0 hello-00003=100'},
		{args: ['undo', 'hello'], shares: 'hello-00002=50 hello-00003=50'},
		{args: ['split', 'hello', '00003=100'], shares: 'hello-00002=0 hello-00003=100'},
		{args: ['rollback', 'hello', '--to', 'hello-00002'], shares: 'hello-00002=100 hello-00003=0'},
		{args: ['split', 'hello', '00002=80', '00003=20'], shares: 'hello-00002=80 hello-00003=20'},
		{
			args: ['abandon', 'hello'],
			shares: 'hello-00002=100',
			// The revision that was given up is marked as such.
			writes: ['patch services', 'patch revisions'],
		},
		{
			args: ['split', 'hello', '00002=90', '00003=10', '--despite', 'rejected'],
			shares: 'hello-00002=90 hello-00003=10',
		},
		{
			args: ['abandon', 'hello', '--template'],
			shares: 'hello-00002=100',
			writes: ['patch services', 'patch revisions'],
		},
	];

const container = ({spec}: StoredService) => spec.template.spec.containers[0];
const scaled = (stored: StoredService) => stored.spec.template.metadata.annotations;

/** Each goes on from what the one before it has left. */
export const objectCommands: readonly {
	args: (image: string) => readonly string[];
	write: string;
	holds: (stored: StoredService) => void;
}[] = [
	{
		args: image => ['create', 'made', '--image', image, '--env', 'TARGET=World', '--scale-max', '3'],
		write: 'create services',
		holds(stored) {
			expect(container(stored)?.env).toEqual([{name: 'TARGET', value: 'World'}]);
			expect(scaled(stored)).toMatchObject({'autoscaling.knative.dev/max-scale': '3'});
		},
	},
	{
		args: () => ['revision', 'create', 'made', '--env', 'TARGET=Knative'],
		write: 'patch services',
		holds(stored) {
			expect(container(stored)?.env).toEqual([{name: 'TARGET', value: 'Knative'}]);
			expect(splitWords(stored)).toMatch(/made-00001=100:stable/);
			expect(splitWords(stored)).toMatch(/=0:canary/);
		},
	},
	{
		args: () => ['tag', 'made', '00001=first'],
		write: 'patch services',
		holds: stored =>
			expect(splitWords(stored)).toMatch(/made-00001=\d+:first|made-00001=100:stable made-00001=0:first/),
	},
	{
		args: () => ['scale', 'made', '--min', '1', '--max', '4'],
		write: 'patch services',
		holds: stored =>
			expect(scaled(stored)).toMatchObject({
				'autoscaling.knative.dev/min-scale': '1',
				'autoscaling.knative.dev/max-scale': '4',
			}),
	},
];

/** Of a service `gone` with three revisions, of which nothing leads to the first. */
export const deletions = [
	{args: ['delete', 'gone', '--revision', '00001'], plural: 'revisions', name: 'gone-00001'},
	{args: ['delete', 'gone'], plural: 'services', name: 'gone'},
] as const;

/** They are tried for writing nothing. */
export const readingCommands = [
	['get', 'hello'],
	['status', 'hello'],
	['describe', 'hello'],
	['events', 'hello'],
	['logs', 'hello', '--tail', '1'],
	['export', 'hello'],
	['history', 'hello'],
	['wait', 'hello', '--for', 'ready', '--timeout', '1s'],
	['verify', 'hello', '--requests', '1'],
	['users', 'hello', '--for', '1s'],
] as const;

/** They know of no cluster. */
export const commandsWithoutCluster = [
	'version',
	'completion',
	'man',
	'config init',
	'config view',
	'sandbox',
	'demo',
] as const;

/** The commands of the linear mode, in turns with the same service; the answers of a form are lines too. */
export function linearWrites(image: string): readonly {
	lines: readonly string[];
	/** What agrees to it. @default yes */
	word?: string;
	requests: readonly string[];
	/** What the split then is, stored; `gone` where the service is. */
	split: RegExp;
	/** What is said of it when it is in place. */
	hears: RegExp;
}[] {
	return [
		{
			lines: ['new', '', 'made', image, '', '', ''],
			requests: ['create services'],
			split: /^@latest=100$/,
			hears: /made: Ready\. made-00001 100 %/,
		},
		{
			lines: ['revision', '', 'TARGET=Knative', '', '', '', ''],
			requests: ['patch services'],
			split: /^made-00001=100:stable @latest=0:canary$/,
			hears: /made: Ready\. made-00001 100 % \(tag stable\), made-00002 0 % \(tag canary\)/,
		},
		{
			lines: ['tag 1', 'steady, stable'],
			requests: ['patch services'],
			split: /^made-00001=100:s\w+ made-00001=0:s\w+ @latest=0:canary$/,
			hears: /made: Ready\. .*steady/,
		},
		{
			lines: ['tag made-00001', 'stable'],
			requests: ['patch services'],
			split: /^made-00001=100:stable @latest=0:canary$/,
			hears: /made: Ready\. made-00001 100 % \(tag stable\), made-00002 0 % \(tag canary\)/,
		},
		{
			lines: ['split made-00001=60 made-00002=40'],
			requests: ['patch services'],
			split: /^made-00001=60:stable made-00002=40:canary$/,
			hears: /made: Ready\. made-00001 60 % \(tag stable\), made-00002 40 % \(tag canary\)/,
		},
		{
			lines: ['promote'],
			requests: ['patch services'],
			split: /^made-00001=0:previous @latest=100:stable$/,
			hears: /made: Ready\. .*made-00002 100 %/,
		},
		{
			lines: ['undo'],
			requests: ['patch services'],
			split: /^made-00001=60:stable made-00002=40:canary$/,
			hears: /made: Ready\. made-00001 60 % \(tag stable\), made-00002 40 % \(tag canary\)/,
		},
		{
			lines: ['rollback'],
			requests: ['patch services'],
			split: /^made-00001=100:stable/,
			hears: /made: Ready\. made-00001 100 %/,
		},
		{
			lines: ['undo'],
			requests: ['patch services'],
			split: /^made-00001=60:stable made-00002=40:canary$/,
			hears: /made: Ready\. made-00001 60 % \(tag stable\), made-00002 40 % \(tag canary\)/,
		},
		{
			lines: ['abandon', '2'],
			requests: ['patch services', 'patch revisions'],
			split: /^made-00001=100:stable$/,
			hears: /made: Ready\. made-00001 100 % \(tag stable\)\./,
		},
		{
			lines: ['again'],
			requests: ['patch services'],
			split: /^made-00001=100:stable$/,
			hears: /The split of made was sent again: the server took it/,
		},
		{
			lines: ['scaling', '2', '', '3', '', '', '', '', '', '', '', '', ''],
			requests: ['patch services'],
			split: /^made-00001=100:stable @latest=0:canary$/,
			hears: /made: Ready\. .*made-00003 0 %/,
		},
		{
			lines: ['delete 2'],
			requests: ['delete revisions'],
			split: /^made-00001=100:stable @latest=0:canary$/,
			hears: /The revision of made is being deleted\./,
		},
		{
			lines: ['delete'],
			word: 'made',
			requests: ['delete services'],
			split: /^gone$/,
			hears: /made is being deleted, with all its revisions\./,
		},
	];
}

/** They write nothing to a cluster. */
export const linearReading = [
	'services',
	'use',
	'status',
	'events',
	'log',
	'verify',
	'tagged',
	'start',
	'faster',
	'slower',
	'compare',
	'stop',
	'counts',
	'history',
	'messages',
	'namespace',
	'help',
	'quit',
] as const;
