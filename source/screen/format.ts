/** Numbers and names as they are written on the screen. Pure. */
import {generatedNumber} from '../knative/release/evidence/shares.js';
import prettyMilliseconds from 'pretty-ms';

export {count, shortImage} from '../knative/text/short-words.js';

/** `2m`, `3d`; empty when it is not known. */
export function age(createdAt: number | undefined, now: number): string {
	if (createdAt === undefined) return '';
	const past = Math.max(0, now - createdAt);
	return past < 1000 ? '0s' : prettyMilliseconds(past, {compact: true});
}

/** The same in a list, where it is drawn again but now and then: what counts in seconds would be wrong most of the time. */
export function ageInList(createdAt: number | undefined, now: number): string {
	return createdAt !== undefined && now - createdAt < 60_000 ? '<1m' : age(createdAt, now);
}

/** The end of a generated revision name, which is what tells it from its sisters: `…00002`. */
export function shortRevision(name: string, service: string): string {
	if (name.startsWith(`${service}-`)) return `…${name.slice(service.length + 1)}`;
	return generatedNumber(service, name) === undefined ? name : `…${name.slice(name.lastIndexOf('-') + 1)}`;
}

/** `52.3 %` from 0.523; whole numbers without a decimal. */
export function percentOf(share: number): string {
	const percent = share * 100;
	return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

/** `22 %`, whole; what is less than one is not none: `<1 %`. */
export function failedPart(failed: number, all: number): string {
	if (failed === 0) return '0 %';
	const percent = Math.round((failed / all) * 100);
	return percent === 0 ? '<1 %' : `${percent} %`;
}

const part = (value: number, width: number) => String(value).padStart(width, '0');

/** `12:01:03`, in the time zone of the operator; with milliseconds when asked for. */
export function clock(at: number, {milliseconds = false} = {}): string {
	const date = new Date(at);
	const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(value => part(value, 2)).join(':');
	return milliseconds ? `${time}.${part(date.getMilliseconds(), 3)}` : time;
}

/** `12 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
	return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** How long something lasts: `4 s`, `1m 20s`, `2h 5m`. Milliseconds. */
export function span(milliseconds: number): string {
	const seconds = Math.max(0, Math.round(milliseconds / 1000));
	return seconds < 60 ? `${seconds} s` : prettyMilliseconds(seconds * 1000, {unitCount: 2});
}

/** `12:01:03` of today, else with the day before it: `2026-11-22 12:01:03`. In the time zone of the operator. */
export function dayAndClock(at: number, now: number): string {
	const date = new Date(at);
	const day = [date.getFullYear(), part(date.getMonth() + 1, 2), part(date.getDate(), 2)].join('-');
	return date.toDateString() === new Date(now).toDateString() ? clock(at) : `${day} ${clock(at)}`;
}

/** The value of a variable for the screen: covered unless somebody asks for it. Where it comes from is no secret. */
export function envValue(
	{shown, value}: {shown: string; value: string | undefined},
	isUncovered: boolean,
): string {
	return value === undefined || value === '' || isUncovered ? shown : '•••';
}
