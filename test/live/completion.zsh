# Completes each line in an interactive zsh, and prints `== LINE` and the words that completion offers, one a line.
# zsh -d completion.zsh SCRIPT LINE…; $ZDOTDIR/.zshenv has the paths of zsh. compadd prints what it is given.
script=$1
shift
zmodload zsh/zpty
zpty shell "$ZSH_EXECUTABLE -d -i"
zpty -w shell "PROMPT= RPS1=; autoload -U compinit; compinit -D -u; source $script"
zpty -w shell 'compadd() { if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi; local -a hits; builtin compadd -A hits "$@"; (( $#hits )) && print -lr -- "" "hit:"$^hits; builtin compadd "$@" }'
zpty -w shell 'offered() { comppostfuncs=(offered); print -r -- "offer""ed:" }; comppostfuncs=(offered)'
zpty -w shell 'zstyle ":completion:*" insert-tab false; bindkey "^I" complete-word; print "rea""dy:"'
zpty -r -m shell out '*ready:*'
for line in "$@"; do
  zpty -w -n shell $'\x15'"$line"$'\t'
  zpty -r -m shell out '*offered:*'
  print -r -- "== $line"
  for word in ${(f)${out//$'\r'/}}; do
    [[ $word == hit:* ]] && print -r -- ${word#hit:}
  done
done
zpty -d shell
