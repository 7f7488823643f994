/** A Debian package of the executable, with completions and manual. */
import {execFileSync} from 'node:child_process';
import {copyFileSync, cpSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

/**
 * @param executable For the platform of `architecture`.
 * @param printed What the program prints of itself: completions and manual.
 * @returns Path of the package in `out`.
 */
export function makeDeb(
	{version, architecture, executable}: {version: string; architecture: string; executable: string},
	printed: {bash: string; zsh: string; fish: string; man: string},
	{folder, out}: {folder: string; out: string},
): string {
	const root = path.join(folder, `deb-${architecture}`);
	rmSync(root, {recursive: true, force: true});
	const put = (place: string, content: string | Buffer) => {
		const file = path.join(root, place);
		mkdirSync(path.dirname(file), {recursive: true, mode: 0o755});
		writeFileSync(file, content, {mode: 0o644});
	};
	mkdirSync(path.join(root, 'usr/bin'), {recursive: true, mode: 0o755});
	copyFileSync(executable, path.join(root, 'usr/bin/kn-canary'));
	symlinkSync('kn-canary', path.join(root, 'usr/bin/kubectl-canary'));
	put('usr/share/bash-completion/completions/kn-canary', printed.bash);
	put('usr/share/zsh/vendor-completions/_kn-canary', printed.zsh);
	put('usr/share/fish/vendor_completions.d/kn-canary.fish', printed.fish);
	put('usr/share/man/man1/kn-canary.1.gz', gzipSync(printed.man, {level: 9}));
	const doc = path.join(root, 'usr/share/doc/kn-canary');
	mkdirSync(doc, {recursive: true, mode: 0o755});
	cpSync('LICENSE', path.join(doc, 'copyright'));
	cpSync('dist/licences.txt', path.join(doc, 'licences.txt'));
	const kilobytes = Math.ceil(statSync(executable).size / 1024);
	put(
		'DEBIAN/control',
		`Package: kn-canary
Version: ${version}
Architecture: ${architecture}
Maintainer: kn-canary maintainers <kn-canary@localhost>
Installed-Size: ${kilobytes}
Section: utils
Priority: optional
Depends: libc6 (>= 2.28), libstdc++6 (>= 8)
Recommends: kubectl
Description: Release a new revision of a Knative Service, step by step
 A console and commands for canary releases on Knative Serving. It installs
 nothing in the cluster.
`,
	);
	const file = path.join(out, `kn-canary_${version}_${architecture}.deb`);
	execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, file], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	return file;
}
