#!/bin/bash
# build.sh [NAME...]: the recorders in other languages (see README.md), all or the named ones, each made anew only when its
# sources changed: $CACHE/clients/NAME/run.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"

go-redis() { # DIR
  packages go:golang-go
  CGO_ENABLED=0 go -C "$here/go-redis" build -trimpath -o "$1/run" .
}

ioredis() { # DIR
  packages node:nodejs npm:npm
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "ioredis needs Node.js 20 or newer in PATH"
  cp "$here"/ioredis/*.js "$here"/ioredis/package*.json "$1"
  npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund
  launcher "$1" "exec node \"\$here/main.js\""
}

jedis() { # DIR
  packages javac:default-jdk-headless mvn:maven
  mvn -B -ntp -f "$here/jedis/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$1/jars"
  (cd "$1/jars" && sha256sum --strict -c "$here/jedis/jars.sha256")
  [ "$(find "$1/jars" -type f | wc -l)" = "$(wc -l <"$here/jedis/jars.sha256")" ] || die "jars.sha256 does not name all the jars"
  javac -Xlint:all -Werror --release 17 -cp "$1/jars/*" -d "$1/classes" "$here"/jedis/src/*.java
  # Small, and started in a second: it is one of several programs on the machine of a test.
  launcher "$1" "exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp \"\$here/classes:\$here/jars/*\" Main"
}

# launcher DIR COMMAND
launcher() {
  # shellcheck disable=SC2016 # expanded when it runs
  printf '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\n%s "$@"\n' "$2" >"$1/run"
  chmod 755 "$1/run"
}

# make NAME
make() {
  local dir=$CACHE/clients/$1 want files
  mapfile -t files < <(find "$here/$1" -type f | sort)
  want=$(hash_of "$0" "${files[@]}")
  if stamp_is "$dir/built" "$want"; then return 0; fi
  remove_tree "$dir.new"
  mkdir -p "$dir.new"
  step "client $1" "$1" "$dir.new"
  stamp "$dir.new/built" "$want"
  remove_tree "$dir"
  mv "$dir.new" "$dir"
}

[ $# -gt 0 ] || set -- go-redis ioredis jedis
mkdir -p "$CACHE/clients"
exec 9>"$CACHE/clients.lock"
flock 9
for name; do
  case $name in
    go-redis | ioredis | jedis) make "$name" ;;
    *) die "no client $name" ;;
  esac
done
