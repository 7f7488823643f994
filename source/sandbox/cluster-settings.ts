/**
 * The ConfigMaps of knative-serving, read again each time they are needed: who edits one sees it at work. A value that
 * cannot be read counts as not given (a real cluster's webhook refuses it and keeps the one before).
 *
 * Source: knative/serving config/core/configmaps, knative/networking pkg/config/config.go, pkg/autoscaler/config,
 * pkg/gc/config.go.
 */
import {configmaps} from './resources.js';
import type {ObjectStore} from './shared-store.js';

export const systemNamespace = 'knative-serving';

/** One ConfigMap's entries as they are read. */
export type Settings = {
	text(key: string): string | undefined;
	/** A finite number; `fallback` when there is none. */
	number(key: string, fallback: number): number;
	/** Milliseconds of a Go duration. */
	duration(key: string, fallback: number): number;
	/** `true` and `false` in any case, as strconv.ParseBool reads them. */
	flag(key: string, fallback: boolean): boolean;
};

/** The entries of a ConfigMap of knative-serving; none when there is no such ConfigMap. */
export function settingsOf(store: ObjectStore, name: string): Settings {
	const data = store.get(configmaps, systemNamespace, name)?.['data'];
	const text = (key: string): string | undefined => {
		const value: unknown =
			typeof data === 'object' && data !== null && Object.hasOwn(data, key)
				? Reflect.get(data, key)
				: undefined;
		return typeof value === 'string' ? value.trim() : undefined;
	};
	return {
		text,
		number(key, fallback) {
			const value = text(key);
			const number = value === undefined || value === '' ? Number.NaN : Number(value);
			return Number.isFinite(number) ? number : fallback;
		},
		duration: (key, fallback) => duration(text(key)) ?? fallback,
		flag(key, fallback) {
			const value = text(key)?.toLowerCase();
			return value === 'true' || value === '1' || (value === 'false' || value === '0' ? false : fallback);
		},
	};
}

const units: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
};

/** A Go duration (`1m30s`, `0`) in milliseconds; undefined when it is none. */
export function duration(text: string | undefined): number | undefined {
	if (text === '0') {
		return 0;
	}

	if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
		return undefined;
	}

	return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
		(sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ''] ?? 0),
		0,
	);
}

export type NetworkSettings = {
	/** Go templates of a host and of the name of a tag's host. */
	domainTemplate: string;
	tagTemplate: string;
	/** Milliseconds over which a new latest revision takes up its traffic; 0 is at once. */
	rolloutDuration: number;
	ingressClass: string;
	scheme: string;
};

/** config-network; `ingress.class` is the older spelling of `ingress-class`, and so on. */
export function networkSettings(store: ObjectStore): NetworkSettings {
	const settings = settingsOf(store, 'config-network');
	const either = (key: string, older: string, fallback: string): string =>
		settings.text(key) ?? settings.text(older) ?? fallback;
	return {
		domainTemplate: either('domain-template', 'domainTemplate', '{{.Name}}.{{.Namespace}}.{{.Domain}}'),
		tagTemplate: either('tag-template', 'tagTemplate', '{{.Tag}}-{{.Name}}'),
		rolloutDuration:
			Math.max(0, settings.number('rollout-duration', settings.number('rolloutDuration', 0))) * 1000,
		ingressClass: either('ingress-class', 'ingress.class', 'istio.ingress.networking.knative.dev'),
		scheme: either('default-external-scheme', 'defaultExternalScheme', 'http'),
	};
}

/** Whether the header `Knative-Serving-Tag` chooses a tag (config-features). */
export function isTagHeaderEnabled(store: ObjectStore): boolean {
	return settingsOf(store, 'config-features').text('tag-header-based-routing')?.toLowerCase() === 'enabled';
}
