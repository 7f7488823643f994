/** The whole release without a screen, as a screen reader has it: the output is read as text. */
import {stripVTControlCharacters} from 'node:util';
import {expect, it} from 'vitest';
import {openLinear} from '../../support/program/linear.js';

const image = 'registry.example.com/samples/helloworld-go:73fbdd56';

it('releases a revision step by step, and takes a failing one back', async () => {
	await using linear = openLinear();
	await linear.hear(/cart: Ready\. cart-00001 90 % \(tag stable\), cart-00002 10 % \(tag canary\)\./);
	await linear.hear(/Gateway kourier at/);

	linear.type('new', '', 'hello', image, '', '', '');
	await linear.hear(/create service hello in default[^]*Dry run: the server would accept it\.[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. hello-00001 100 %\./);
	linear.type('verify');
	await linear.hear(/Answer 200 in \d+ ms, by hello-00001: Hello World!/);

	linear.type('revision', '', 'TARGET=Knative', '', '', '', '');
	await linear.hear(/@latest \(the new revision\) {2}– → 0 % {2}canary[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. hello-00001 100 % \(tag stable\), hello-00002 0 % \(tag canary\)\./);
	linear.type('tagged');
	await linear.hear(/Answer 200 in \d+ ms, by hello-00002: Hello Knative!/);

	linear.type('split hello-00001=50 hello-00002=60');
	await linear.hear(/sum to 110, and must sum to 100/);
	linear.type('split hello-00001=50 hello-00002=50');
	await linear.hear(/hello-00001 {2}100 % → 50 %[^]*Type yes/);
	linear.type('no');
	await linear.hear(/Cancelled: nothing was sent\./);
	linear.type('split hello-00001=50 hello-00002=50');
	await linear.hear(/Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. hello-00001 50 % \(tag stable\), hello-00002 50 % \(tag canary\)\./);
	linear.type('promote');
	await linear.hear(/Way back: hello-00001 stays at 0 %\.[^]*Type yes[^]*way back removes hello-00001/);
	linear.type('way back');
	await linear.hear(
		/No way back in the split: hello-00001 is removed\.[^]*way back keeps hello-00001 at 0 %/,
	);
	linear.type('way back');
	await linear.hear(/Way back: hello-00001 stays at 0 %\.[^]*Type yes/);
	linear.type('way back');
	await linear.hear(/No way back in the split: hello-00001 is removed\.[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. hello-00002 100 % \(tag stable\)\./);

	// One that fails half of its requests.
	linear.type('revision', image.replace('go:73fbdd56', 'flaky:1'), 'ERROR_RATE=0.5', '', '50', '', '');
	await linear.hear(/Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. .*hello-00003 50 %/);
	linear.type('start', '+', '+', '+', '+');
	await linear.hear(/ALARM: hello is worse\./);
	linear.type('counts');
	await linear.hear(/hello-00003 at its tag: [1-9]\d* of \d+ failed\./);
	linear.type('log');
	await linear.hear(/Log of hello-00003, pod hello-00003-[^]*helloworld-flaky/);
	linear.type('e');
	await linear.hear(/hello-00003[^\n]*: RevisionReady/);
	linear.type('rollback');
	await linear.hear(/hello-00002 {2}50 % → 100 %[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/hello: Ready\. (?!.*hello-00003 50 %).*hello-00002 100 %/);

	// Nothing that is said speaks of panes, and no fact is said twice.
	expect(linear.whole()).not.toMatch(/\bpane \d|\d[│|]\d/);
	expect(linear.whole()).not.toMatch(/^ *(?<fact>[A-Z][a-z]+ [^\n]{12,})\n\k<fact>$/m);

	linear.type('quit');
	await linear.hear(/running: requests to hello/);
	linear.type('yes');
	expect(await linear.ended).toBe(0);
	expect(linear.whole()).toMatch(/roll back hello \(00002 50 to 100 %, 00003 50 to 0 %\): done\n$/);
	// Nothing but lines of text.
	expect(stripVTControlCharacters(linear.whole())).toBe(linear.whole());
});

it('gives tags, changes the autoscaling and deletes a revision, each as questions', async () => {
	await using linear = openLinear();
	await linear.hear(/Gateway kourier at/);
	linear.type('use cart', 't 2', 'Bad!');
	await linear.hear(/Tags of cart-00002 of cart\.[^]*Tags: The tag Bad! may have[^]*\[canary\]: \n$/);
	linear.type('beta');
	await linear.hear(/cart-00002 {2}10 % → 10 % {2}\+beta, -canary[^]*Type yes/);
	linear.type('no', 't 2', 'canary, beta');
	await linear.hear(/cart-00002 {2}10 % → 10 % {2}canary, \+beta[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/cart: Ready\. .*cart-00002 10 % \(tags (?:canary, beta|beta, canary)\)/);
	linear.type('tag 7');
	await linear.hear(/no revision 7/);
	linear.type('tag @canary', '-');
	await linear.hear(/cart-00002 {2}10 % → 10 % {2}-canary, -beta[^]*Type yes|Type yes/);
	linear.type('no');

	linear.type('scaling', '2', 'quit');
	await linear.hear(/Min pods is [^]*Min pods [^\n]*\[1\]: \n$/);
	linear.type('cancel');
	linear.type('scaling', '2', '2', '3', '', '', '', '', '', '', '', '', '-');
	await linear.hear(/Made from {2}what users run[^]*min-scale[^]*→ 2[^]*max-scale[^]*→ 3[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/cart: Ready\. .*cart-00003 0 %/);

	linear.type('use payments', 'delete 2');
	await linear.hear(/delete revision[^]*payments-00002[^]*Type yes/);
	linear.type('yes');
	await linear.hear(/The revision of payments is being deleted\./);
	await linear.hear(/payments-00002 was deleted\./);
	linear.type('delete');
	await linear.hear(/Type payments/);
	linear.type('payments');
	await linear.hear(/payments was deleted\./);
	linear.type('quit');
	expect(await linear.ended).toBe(0);
});

it('takes nothing for an agreement that was typed before it was said what would be done', async () => {
	await using linear = openLinear();
	await linear.hear(/Gateway kourier at/);
	linear.type('use cart', 'rollback', 'yes', 'yes');
	await linear.hear(
		/cart-00001 {2}90 % → 100 %[^]*What was typed before [^\n]* does not count\.\n[^]*Type yes/,
	);
	linear.type('no');
	await linear.hear(/Cancelled: nothing was sent\./);
	linear.type('quit');
	expect(await linear.ended).toBe(0);
});

it('says that an answer is none, and asks again, instead of taking it for the default', async () => {
	await using linear = openLinear();
	await linear.hear(/Gateway kourier at/);
	linear.type('use cart', 'revision', '7');
	await linear.hear(
		/Made from \[\d\]: [^]*“7” is no answer here: answer 1 to \d, or an empty line[^]*Made from/,
	);
	linear.type('cancel');
	await linear.hear(/Nothing was sent\./);
	// A variable that cannot be is refused by itself: those before it stay.
	linear.type('revision', '1', '', 'ONE=1', '9X=2', 'PORT=80', 'TWO=2', '', '', '', '');
	await linear.hear(
		/variable 9X may have [^]*variable PORT is set by Knative[^]*ONE +new\n +TWO +new\n[^]*Type yes/,
	);
	linear.type('no', 'use crat');
	await linear.hear(/There is no service crat; services lists them\. Did you mean cart\?/);
	linear.type('namespace default');
	await linear.hear(/The namespace is default already\./);
	// What has to be there is asked for at once, not when all the other questions are over.
	linear.type('new', '', '', 'shop', '');
	await linear.hear(/Name: The name is missing\.\nName [^]*Image: The image is missing\.\nImage [^\n]*\n$/);
	linear.type('cancel');
	await linear.hear(/Nothing was sent\.\n$/);
	linear.type('quit', 'yes');
	expect(await linear.ended).toBe(0);
});

it('says what each command has done where nothing else tells of it, and what was left out', async () => {
	await using linear = openLinear();
	await linear.hear(/Gateway kourier at/);
	linear.type('use');
	await linear.hear(/Name the service, or its number: use 1\./);
	linear.type('stop');
	await linear.hear(/No requests were sent yet; start sends them\.\n$/);
	linear.type('use cart', 'start');
	await linear.hear(/cart: 1 request a second(?:, and \d at tag URLs)?; counts reads the answers\./);
	linear.type('faster');
	await linear.hear(/cart: 2 requests a second(?:, and \d at tag URLs)?; counts reads the answers\./);
	linear.type('compare');
	await linear.hear(/cart: canary and stable are not compared\./);
	linear.type('compare');
	await linear.hear(/cart: canary and stable are compared wherever both have tags\./);
	linear.type('stop');
	await linear.hear(/cart: no requests are sent; start sends them\./);
	linear.type('namespace nope');
	await linear.hear(/There is no namespace nope; namespace lists those there are\./);
	linear.type('namespace');
	await linear.hear(/^default\n[^]*Name one to change to it: namespace shop/m);
	linear.type('quit');
	expect(await linear.ended).toBe(0);
});

it('reads out no thousand services: so many at most, and those that are asked for', async () => {
	await using linear = openLinear(['--sandbox', '--pace', '10', '--seed', '1', '--services', '60']);
	await linear.hear(/Gateway kourier at/);
	await linear.hear(/Watching/);
	linear.type('services');
	const whole = await linear.hear(/33 more\. services failed lists those/);
	expect(whole.match(/^\d+ /gm)).toHaveLength(31);
	linear.type('services failed');
	expect(await linear.hear(/^63 payments: Latest failed/m)).not.toMatch(/cart|more\./);
	linear.type('services crowd-004');
	expect((await linear.hear(/^\d+ crowd-0049/m)).match(/^\d+ crowd-004\d: /gm)).toHaveLength(10);
	linear.type('services nothing');
	await linear.hear(/There is no service nothing, and none in such a state\./);
	linear.type('quit');
	expect(await linear.ended).toBe(0);
});
