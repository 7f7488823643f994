// A full-screen program that shows the keys it was given and ends in every way a program can end.
import {Box, render, Text, useApp, useInput, usePaste} from 'ink';
import {useEffect, useRef, useState} from 'react';
import {KeyedStdin} from '../../../source/terminal/input/keyed-stdin.js';
import {installLifecycle} from '../../../source/terminal/lifecycle/lifecycle.js';
import {strokeOf} from '../../../source/terminal/input/strokes.js';
import {installSuspender, type Suspender} from '../../../source/terminal/lifecycle/suspend.js';

const lifecycle = installLifecycle({name: 'keys'});
const stdin = new KeyedStdin(process.stdin, {write: bytes => process.stdout.write(bytes)});
lifecycle.onLeave(() => {
	process.stderr.write('cleaned up once\n');
});

const ways: Readonly<Record<string, () => void>> = {
	q: () => void lifecycle.leave(0),
	T: () => {
		setImmediate(() => {
			throw new Error('thrown \u001B[2Jin a timer', {cause: new Error('the cause')});
		});
	},
	P: () => void Promise.reject(new Error('rejected')),
	H: () => {
		lifecycle.onLeave(async () => new Promise(() => {}));
		process.kill(process.pid, 'SIGTERM');
	},
};

function Keys({isReady}: {readonly isReady: boolean}) {
	const [seen, setSeen] = useState<readonly string[]>([]);
	const suspender = useRef<Suspender>(undefined);
	const {suspendTerminal} = useApp();
	useEffect(() => {
		const installed = installSuspender(suspendTerminal, act => act());
		suspender.current = installed;
		return installed.uninstall;
	}, [suspendTerminal]);
	useInput((input, key) => {
		const stroke = strokeOf(input, key);
		if (stroke === 'ctrl-z') {
			suspender.current?.suspend();
		} else if (stroke === 'E') {
			setSeen(['explode']);
		} else {
			// From the state of the last render on purpose: a key that comes before React has drawn would be lost.
			setSeen([...seen, stroke ?? `text:${input}`]);
			ways[input]?.();
		}
	});
	usePaste(text => {
		setSeen([...seen, `paste:${JSON.stringify(text)}`]);
	});
	if (seen[0] === 'explode') {
		throw new Error('could not draw');
	}

	return (
		<Box flexDirection="column">
			<Text>{isReady ? 'ready' : 'starting'}</Text>
			<Text>{seen.join(' ')}</Text>
		</Box>
	);
}

const instance = render(<Keys isReady={false} />, {
	stdin,
	alternateScreen: true,
	exitOnCtrlC: false,
	patchConsole: false,
});
lifecycle.onRestore(() => {
	instance.unmount();
});
// Its effects have run then, and so keys are listened to.
await instance.waitUntilRenderFlush();
stdin.ask('device attributes');
instance.rerender(<Keys isReady />);
try {
	await instance.waitUntilExit();
} catch (error) {
	await lifecycle.fail(error);
}
