import process from 'node:process';

/** `/version`: the release whose behaviour is followed, marked as being none of its builds. */
export const serverVersion = {
	major: '1',
	minor: '35',
	gitVersion: 'v1.35.7+kn-canary-sandbox',
	gitCommit: '',
	gitTreeState: 'clean',
	buildDate: '1970-01-01T00:00:00Z',
	goVersion: 'none',
	compiler: 'none',
	platform: `${process.platform}/${process.arch}`,
};
