/** What may be secret of a request is on no screen and in no output, however its command line has to be quoted. */
import {expect, it} from 'vitest';
import {requestCommands, type SentRequest} from '../../../source/console/selected/request-commands.js';

const door = {authority: 'a', address: {host: 'b', port: 80}, scheme: 'http'} as const;
const end = "-H 'Host: a' http://b/";

/** A header as it is shown, and as it is printed. */
function told(header: string) {
	const {coveredCommand, namedCommand} = requestCommands(door, {headers: [header]});
	return [coveredCommand, namedCommand].map(line => line.replace('curl -H ', '').replace(` ${end}`, ''));
}

it.each([
	['Authorization: Bearer abc', "'Authorization: •••'", '"Authorization: Bearer $AUTHORIZATION"'],
	["Cookie: sid=abc; it's=x", "'Cookie: •••'", '"Cookie: $COOKIE"'],
	['X-Api-Key:abc', "'X-Api-Key:•••'", '"X-Api-Key: $X_API_KEY"'],
	['X-Session-Id: abc', "'X-Session-Id: •••'", '"X-Session-Id: $X_SESSION_ID"'],
	['X-Who: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', "'X-Who: •••'", '"X-Who: $X_WHO"'],
	['Cookie: user=ann@example.com; session=abc', "'Cookie: •••'", '"Cookie: $COOKIE"'],
	['Cookie: session=abc; csrf=@jar', "'Cookie: •••'", '"Cookie: $COOKIE"'],
	['Cookie: session=abc; csrf=$CSRF', "'Cookie: •••'", '"Cookie: $COOKIE"'],
	['X-Api-Key: abc $X', "'X-Api-Key: •••'", '"X-Api-Key: $X_API_KEY"'],
	['Authorization: Basic $X:pw', "'Authorization: •••'", '"Authorization: Basic $AUTHORIZATION"'],
	['X.Api.Key: hunter2', "'X.Api.Key: •••'", '"X.Api.Key: $X_API_KEY"'],
	["2-Key'Secret: abc", `'2-Key'\\''Secret: •••'`, `"2-Key'Secret: $_2_KEY_SECRET"`],
])('%s is shown as %s and printed as %s', (header, covered, named) => {
	expect(told(header)).toEqual([covered, named]);
	expect(requestCommands(door, {headers: [header]}).command).not.toMatch(/•|_KEY|COOKIE|X_WHO/);
});

it.each([
	['Authorization: Bearer $TOKEN', '"Authorization: Bearer $TOKEN"'],
	['Authorization: Bearer @token', '"Authorization: Bearer $(cat token)"'],
	['Cookie: token=$TOKEN; sid=@jar', '"Cookie: token=$TOKEN; sid=$(cat jar)"'],
	['Cookie: sid=@jar', '"Cookie: sid=$(cat jar)"'],
	['Cookie: @a=b', '"Cookie: $(cat a=b)"'],
	['Accept: text/html', "'Accept: text/html'"],
])('%s has nothing secret written in it, and stays', (header, line) => {
	expect(told(header)).toEqual([line, line]);
});

it('each secret header of a name has a variable of its own', () => {
	const headers = ['X-Token: a', 'x-token: b', 'X-Kind: c', 'X-Token: d'];
	expect(requestCommands(door, {headers}).namedCommand).toBe(
		`curl -H "X-Token: $X_TOKEN" -H "x-token: $X_TOKEN_2" -H 'X-Kind: c' -H "X-Token: $X_TOKEN_3" ${end}`,
	);
});

it.each<[SentRequest, string]>([
	[{path: '/x?token=abc,def&page=2'}, "curl -H 'Host: a' 'http://b/x?token=•••&page=2'"],
	[
		{method: 'POST', body: '{"password":"correct, horse","pin":7,"token":12345}'},
		`curl -H 'Content-Type:' --data-binary '{"password":"•••","pin":7,"token":"•••"}' ${end}`,
	],
	[
		{method: 'POST', body: '[{"password":"correct horse; battery"}]'},
		`curl -H 'Content-Type:' --data-binary '[{"password":"•••"}]' ${end}`,
	],
	[{path: '/x?token=abc&page=2'}, "curl -H 'Host: a' 'http://b/x?token=•••&page=2'"],
	[
		{method: 'POST', body: '{"password":"abc"}'},
		`curl -H 'Content-Type:' --data-binary '{"password":"•••"}' ${end}`,
	],
	[
		{call: {method: 'a.B/C', request: {password: 'a b', pin: {secret: 7}, name: 'ann'}}},
		`grpcurl -plaintext -d '{"password":"•••","pin":{"secret":"•••"},"name":"ann"}' -authority a b:80 a.B/C`,
	],
])('of %j nothing secret is told', (sent, line) => {
	const {command, ...lines} = requestCommands(door, sent);
	expect(lines).toEqual({coveredCommand: line, namedCommand: line});
	expect(command).not.toContain('•');
});
