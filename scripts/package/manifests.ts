/** What package managers want to know: krew, Homebrew, and a bill of materials. Pure. */
import {dump} from 'js-yaml';

export type Archive = {target: string; file: string; sha256: string};
export type Bundled = {name: string; version: string; license: string; homepage?: string};

const description = 'Release a new revision of a Knative Service, step by step';

const krewPlatform = (target: string) => {
	const [os = '', arch = ''] = target.split('-');
	return {os, arch: arch === 'x64' ? 'amd64' : arch};
};

/** @param base URL below which the archives are published. */
export function krewManifest(version: string, archives: readonly Archive[], base: string): string {
	return dump({
		apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
		kind: 'Plugin',
		metadata: {name: 'canary'},
		spec: {
			version: `v${version}`,
			homepage: base,
			shortDescription: description,
			description:
				'A console and commands for canary releases on Knative Serving. It installs nothing in the cluster.',
			platforms: archives.map(({target, file, sha256}) => ({
				selector: {matchLabels: krewPlatform(target)},
				uri: `${base}/${file}`,
				sha256,
				bin: 'kn-canary',
				files: [
					{from: 'kn-canary', to: '.'},
					{from: 'LICENSE', to: '.'},
				],
			})),
		},
	});
}

export function brewFormula(version: string, archives: readonly Archive[], base: string): string {
	const block = ({target, file, sha256}: Archive) => {
		const {arch} = krewPlatform(target);
		return `    on_${arch === 'arm64' ? 'arm' : 'intel'} do
      url "${base}/${file}"
      sha256 "${sha256}"
    end`;
	};
	return `class KnCanary < Formula
  desc "${description}"
  homepage "${base}"
  version "${version}"
  license "Apache-2.0"

  on_linux do
${archives.map(archive => block(archive)).join('\n')}
  end

  def install
    bin.install "kn-canary"
    bin.install_symlink "kn-canary" => "kubectl-canary"
    generate_completions_from_executable(bin/"kn-canary", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kn-canary --version")
  end
end
`;
}

/** CycloneDX 1.6: what is bundled, and Node where it is inside. */
export function billOfMaterials(version: string, bundled: readonly Bundled[], node: string): string {
	const component = ({name, version: its, license}: Bundled) => ({
		type: 'library',
		'bom-ref': `pkg:npm/${name.replace('@', '%40')}@${its}`,
		name,
		version: its,
		purl: `pkg:npm/${name.replace('@', '%40')}@${its}`,
		licenses: [/\s/.test(license) ? {expression: license} : {license: {id: license}}],
	});
	const bom = {
		bomFormat: 'CycloneDX',
		specVersion: '1.6',
		version: 1,
		metadata: {
			component: {
				type: 'application',
				'bom-ref': `pkg:npm/kn-canary@${version}`,
				name: 'kn-canary',
				version,
				licenses: [{license: {id: 'Apache-2.0'}}],
			},
		},
		components: [
			...bundled.map(one => component(one)),
			{
				type: 'platform',
				'bom-ref': `node@${node}`,
				name: 'node',
				version: node,
				licenses: [{license: {id: 'MIT'}}],
			},
		],
	};
	return `${JSON.stringify(bom, undefined, '\t')}\n`;
}
