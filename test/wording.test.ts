/** Phrases that made an operator stop reading are gone, from the screen, the help, the readme and the comments. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';

/** What was said once → what is said instead. */
const replaced: readonly (readonly [said: string, instead: string])[] = [
	['asks it once a second and counts the answers', 'send 1 request/s and count who answers'],
	['Enter does it', 'Enter applies'],
	["'do it'", "'apply'"],
	['The same by command line', 'Equivalent command'],
	["title: 'ASKED'", 'SET'],
	["title: 'SEEN'", 'GOT'],
	["title: 'ANSWERS'", 'COUNT'],
	["title: 'RECENT'", 'LATENCY'],
	['Agrees with the configured split', 'No contradiction with the split so far'],
	['Suspicious: may be chance', 'Possibly off; could be chance'],
	['new vs old: not worse', 'canary not worse so far'],
	['there is no other to compare it with', 'nothing to compare'],
	['has no tag, so it cannot be asked on its own', 'has no tag URL'],
	['the gateway is being switched; these answers', 'switching: answers not counted yet'],
	['belong to no revision', 'unattributed'],
	['(no answer yet)', 'no answers'],
	['heard to say', 'unknown body'],
	['may tell them apart', 'choose what to compare'],
	['maybe worse', 'possibly worse'],
	['maybe slower', 'possibly slower'],
	['not sent`}', 'skipped (busy or stopped)'],
	['skipped (rate limit)', 'skipped (busy or stopped): a program that was stopped has no rate'],
	['the gateway has this split', 'in place'],
	['the controller has not taken it up yet', 'waiting for the controller'],
	['the route refuses this split; the gateway has none', 'Route not ready; service not served'],
	['No split of this service has reached the gateway yet', 'Never went live'],
	['In pane 2, e and L say why', 'e events · L log · r new revision'],
	['The gateway has the new split of', 'is now 90│10'],
	['on its way', 'Creating …'],
	['asks it once, r makes a revision of it', 'v test · r new revision'],
	['the ones there are keep theirs', 'existing ones are unchanged'],
	['Ask ${sheet', 'Test request'],
	['a tag leads to one revision, whatever the split', 'tag URLs ignore the split'],
	['The gateway said this itself', '404 from the gateway itself'],
	['it followed the latest ready revision until now', 'was: follow latest'],
	['the next one to become ready takes it over at once', 'gets this traffic immediately'],
	['its command line leaves', 'The kn command drops'],
	['below, then Enter does it, because', 'Production: type … then Enter'],
	['gone for good', 'cannot be undone'],
	['taken out', 'removed'],
	['take out', 'remove'],
	['while you were looking', 'changed since you opened this'],
	['Theirs is by', 'Changed by'],
	['put mine on top', 'apply mine over theirs'],
	['take theirs', 'keep theirs'],
	['what is shown is as of', 'Data from'],
	['does so at once', 'retries now'],
	["? 'not logged in'", 'login expired'],
	['What was sent, and who changed which split', 'History'],
	['what this console wrote', 'History'],
	['Nothing was written yet', 'No changes yet'],
	['so there is none to undo', 'Nothing to undo'],
	['are like that already', 'Tags unchanged'],
	['one that is elsewhere moves here', 'moves a tag from elsewhere'],
	['Traffic for it, %', 'Initial traffic %'],
	['Tag of the new one', 'Canary tag'],
	['users see nothing of it at 0 %', 'no user traffic at 0 %'],
	['The image is no image reference', 'Invalid image reference'],
	['ready once before the revision counts as ready', 'pods that must be ready first'],
	['never more per pod', '0 = unlimited'],
	['share of the target aimed at', 'target utilization'],
	['applying makes a new revision', 'creates a new revision'],
	["'Newest failed'", 'Latest failed'],
	[' anew', 'again'],
	['in pairs at their tags beside the loop', 'side-by-side comparison'],
	['Review putting back the split', 'Undo the last split'],
	['Review the same wish again', 'Re-apply my change'],
	['Do what the sheet shows', 'Apply'],
	['Throw the draft away', 'Discard draft'],
	['the command fg of the shell brings it back', 'Suspend (fg resumes)'],
	['or show what came meanwhile and follow', 'Pause / follow'],
	['said before its last restart', 'Previous container log'],
	['never leaves the console', 'Back'],
	['put right', 'reset'],
	['draw the same revisions for the same requests', 'fixed random seed'],
	['what tells revisions apart', 'how to identify revisions'],
	['agree beforehand', 'skip the question'],
	['contexts of such a name', 'contexts matching'],
	['3: could not ask', 'no requests possible'],
	['need ~', '~4 more needed'],
	['is not let in any more', 'when access is revoked'],
	['nobody agreed to it', 'not confirmed'],
	['ten times as fast', '10× speed'],
	['makes no sense', 'usage error'],
	['on your PATH', 'add to PATH'],
	['what it carries inside', 'bundled'],
	['with who asks for that', 'if asked to'],
	['sleeps until somebody asks', 'idle services'],
	['Not possible here', 'Not allowed here'],
	['seen by the watch', 'not from this console'],
	['Not done. The server is busy', 'Not applied: API server unavailable'],
	['between commas', 'comma-separated'],
	['a reader who has enough', 'closes the pipe'],
];

function filesOf(folder: string): string[] {
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile() && /\.(?:tsx?|md|txt)$/.test(entry.name))
		.map(entry => path.join(entry.parentPath, entry.name));
}

const texts = [
	...filesOf('source'),
	...filesOf('docs'),
	...filesOf('test/golden'),
	'cli.tsx',
	'readme.md',
	'contributing.md',
].map(file => ({
	file,
	// A sentence may be broken between two lines, of a comment too.
	text: readFileSync(file, 'utf8')
		.replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, ' ')
		.toLowerCase(),
}));

test.each(replaced)('“%s” is said nowhere, but “%s”', said => {
	const wanted = said.toLowerCase();
	expect(texts.filter(({text}) => text.includes(wanted)).map(({file}) => file)).toEqual([]);
});
