# A stand-in for the upstream image of redis, from Debian's package: same name, user, volume and commands. Nothing of bowline.
FROM docker.io/library/debian:trixie-slim
RUN groupadd -r -g 999 redis && useradd -r -u 999 -g redis -d /data -s /usr/sbin/nologin redis \
 && apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server redis-tools \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /usr/share/doc/* /usr/share/man/* \
 && ln -s redis-server /usr/bin/redis-sentinel \
 && install -d -o 999 -g 999 /data
WORKDIR /data
USER 999:999
EXPOSE 6379
CMD ["redis-server", "--protected-mode", "no"]
