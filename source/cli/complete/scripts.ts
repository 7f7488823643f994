/** What shells load to complete this program: each asks it again with what is typed so far. Pure. */

import type {Shell} from './shells.js';

const bash = `# bash completion for kn-canary; load it with: source <(kn-canary completion bash)
_kn_canary() {
	local line=\${COMP_LINE:0:COMP_POINT} out directive word
	local -a words
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] || \${#words[@]} -eq 0 ]] && words+=("")
	local current=\${words[-1]}
	COMPREPLY=()
	out=$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null) || return
	directive=\${out##*:}
	while IFS=$'\\t' read -r word _; do
		[[ $word == "$current"* && $word != :* ]] && COMPREPLY+=("$word")
	done <<<"$out"
	if ((directive & 16)); then
		COMPREPLY=($(compgen -f -- "$current"))
		compopt -o filenames 2>/dev/null
	fi
	((directive & 2)) && compopt -o nospace 2>/dev/null
	# bash takes "=" and ":" for the ends of words: what stands before the last of them is there already.
	local prefix=\${current%"\${current##*[=:]}"}
	if [[ -n $prefix && $COMP_WORDBREAKS == *[=:]* ]]; then
		COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
	fi
}
complete -F _kn_canary kn-canary kubectl-canary
`;

const zsh = `#compdef kn-canary kubectl-canary
# zsh completion for kn-canary; load it with: source <(kn-canary completion zsh)
_kn_canary() {
	local out line directive
	local -a plain open
	out=$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return 1
	directive=\${out##*:}
	for line in "\${(@f)out}"; do
		[[ $line == :* || -z $line ]] && continue
		plain+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
	done
	if (( directive & 16 )); then
		_files
	elif (( directive & 2 )); then
		_describe -V 'kn-canary' plain -S ''
	else
		_describe -V 'kn-canary' plain
	fi
}
if [[ $funcstack[1] == _kn_canary ]]; then
	_kn_canary "$@"
else
	compdef _kn_canary kn-canary kubectl-canary
fi
`;

const fish = `# fish completion for kn-canary; load it with: kn-canary completion fish | source
function __kn_canary_complete
	set -l typed (commandline -opc) (commandline -ct)
	set -l out ($typed[1] __complete $typed[2..-1] 2>/dev/null)
	set -l directive (string replace -r '^.*:' '' -- $out[-1])
	if test "$directive" = 16
		__fish_complete_path (commandline -ct)
		return
	end
	string match -rv '^:' -- $out
end
complete -c kn-canary -f -a '(__kn_canary_complete)'
complete -c kubectl-canary -f -a '(__kn_canary_complete)'
`;

const kubectl = `#!/bin/sh
# Completes "kubectl canary": put this on PATH as kubectl_complete-canary, and make it executable.
exec kubectl-canary __complete "$@"
`;

export const completionScripts: Readonly<Record<Shell, string>> = {bash, zsh, fish, kubectl};
