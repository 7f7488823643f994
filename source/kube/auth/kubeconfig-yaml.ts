/** YAML as kubectl reads it, in kubeconfigs and from credential plugins. */
import {boolYaml11Tag, CORE_SCHEMA, load, mergeTag} from 'js-yaml';

/**
 * As kubectl reads it (sigs.k8s.io/yaml): `yes` and `on` are true, `<<` merges, and of a key that is defined twice the last
 * one counts.
 */
const yamlOptions = {
	json: true,
	schema: CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag),
	// An alias inside an alias inside an alias: a few lines that become gigabytes when they are copied.
	maxAliases: 100,
};

const isBlank = (line: string) => /^\s*(?:#.*)?$/.test(line) || line.startsWith('%');

/** The first document, which is all that kubectl reads: whatever follows it need not even be YAML. */
function firstDocument(content: string): string {
	const lines = content.replace(/^\uFEFF/, '').split('\n');
	let start = lines.findIndex(line => !isBlank(line));
	if (start === -1) return '';
	if (/^---(?:\s|$)/.test(lines[start]!)) {
		// Lines keep their numbers. A directive (`%YAML 1.1`) is nothing without the mark that ends it.
		lines.fill('', 0, start);
		lines[start] = lines[start]!.slice(3);
		start = Math.max(
			start,
			lines.findIndex((line, index) => index >= start && !isBlank(line)),
		);
	}
	const end = lines.findIndex((line, index) => index >= start && /^(?:---|\.\.\.)(?:\s|$)/.test(line));
	const document = lines.slice(0, end === -1 ? undefined : end);
	return document.every(isBlank) ? '' : document.join('\n');
}

/** What stands in the first document; `{}` where nothing does. Throws what js-yaml throws, in whose words the text may stand. */
export function readYaml(content: string): unknown {
	if (/^\uFEFF?\s*[{[]/.test(content)) {
		try {
			// What is JSON may be indented with tabs, of which YAML knows nothing.
			return JSON.parse(content.replace(/^\uFEFF/, ''));
		} catch {
			// It may be YAML that only begins like that.
		}
	}
	const first = firstDocument(content);
	return first === '' ? {} : load(first, yamlOptions);
}
