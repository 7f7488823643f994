/** Splits in one line, to be read in a test. */
import {latestKey, type Split} from '../../../source/knative/split/split.js';

/** `a=50 b=30#canary c=20!`: # before tags, ! behind a locked row; a row named @latest follows r. */
export function split(text: string): Split {
	return text.split(' ').map(part => {
		const [, key = '', percent = '', tags = '', locked] = /^([\w@-]+)=(\d+)((?:#\w+)*)(!?)$/.exec(part) ?? [];
		const latest = key === latestKey;
		return {
			key,
			revision: latest ? 'r' : key,
			latest,
			percent: Number(percent),
			tags: tags.split('#').slice(1),
			locked: locked === '!',
		};
	});
}

export function written(rows: Split): string {
	return rows
		.map(row => `${row.key}=${row.percent}${row.tags.map(tag => `#${tag}`).join('')}${row.locked ? '!' : ''}`)
		.join(' ');
}
