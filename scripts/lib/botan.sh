# shellcheck shell=bash
# Makes Botan (TLS, certificates, hashes) available: the system's where it is new enough, else Debian
# 13's source package, built once into the cache folder. docs/decisions/0001-botan-from-source.md
# Sourced after common.sh and packages.sh. Everything half-made lives in a folder that no one reads.

botan_wanted=3.7            # the oldest that serves: virtual time, key log and handshake hooks
botan_source_suite=trixie   # Debian 13
botan_source_version=3.7.1+dfsg-2

# What we use of Botan, and nothing else: a tenth of the whole, so it builds in minutes.
botan_modules=(
  tls12 tls13 x509 keypair certstor_flatfile pem base64    # TLS, certificates
  rsa ecdsa ecdh x25519 ed25519 dl_group ec_group          # keys and key exchange
  rfc6979                                                  # ECDSA signs as Debian's own build does
  pcurves_secp256r1 pcurves_secp384r1
  eme_oaep emsa_pssr emsa_pkcs1                            # RSA paddings; PKCS#1 signs DKIM too
  aes gcm chacha20poly1305                                 # ciphers
  sha1 md5 sha2_32 sha2_64 hmac hkdf pbkdf2                # hashes; CRAM-MD5 and SCRAM need theirs
  system_rng auto_rng hmac_drbg chacha_rng                 # chacha_rng is the world's own chance
)
botan_modules_amd64=(
  aes_ni aes_vperm ghash_cpu sha2_32_x86 chacha_simd32 chacha_avx2
)
botan_modules_arm64=(
  aes_armv8 aes_vperm ghash_cpu sha1_armv8 sha2_32_armv8 chacha_simd32
)

# botan_configuration: the options given to Botan's configure.py, one a line.
botan_configuration() {
  local modules=("${botan_modules[@]}")
  case "$(dpkg --print-architecture)" in
    amd64) modules+=("${botan_modules_amd64[@]}") ;;
    arm64) modules+=("${botan_modules_arm64[@]}") ;;
  esac
  local joined
  joined="$(IFS=, && printf '%s' "${modules[*]}")"
  printf '%s\n' \
    --cc=gcc --cxxflags=-O3 --compiler-cache=ccache --build-tool=ninja \
    --build-targets=static --disable-shared-library --without-documentation \
    --no-install-python-module --minimized-build "--enable-modules=$joined"
}

# botan_fingerprint: changes whenever the same source would build into something else.
botan_fingerprint() {
  {
    botan_configuration
    g++ -dumpfullversion -dumpmachine
  } | sha256sum | cut -c1-12
}

# cached_botan: the folder of a finished build for this compiler and these options, or nothing.
cached_botan() {
  local folder fingerprint
  if ! command -v g++ >/dev/null; then
    return
  fi
  fingerprint="$(botan_fingerprint)"
  for folder in "$(cache_folder)"/botan-*-"$fingerprint"; do
    if [ -f "$folder/lib/libbotan-3.a" ]; then
      printf '%s\n' "$folder"
      return
    fi
  done
}

# build_botan: fetches, builds, and puts the finished folder in place with one rename. Whatever an
# interruption leaves behind is swept away by the next run; ccache remembers what was compiled.
build_botan() {
  local cache work version final log options=()
  cache="$(cache_folder)"
  work="$cache/unfinished"
  log="$(log_file botan-build)"

  exec 9>"$cache/lock"
  if ! flock --nonblock 9; then
    say "    another run is building Botan; waiting for it"
    flock 9
  fi
  if [ -n "$(cached_botan)" ]; then
    exec 9>&-
    return
  fi

  rm -rf "$work"
  mkdir -p "$work"
  say "    fetching Debian 13's source package botan3 (9 MB)"
  fetch_source botan3 "$botan_source_suite" "$botan_source_version" "$work"
  version="$(sed -n 's/^release_\(major\|minor\|patch\) *= *//p' \
    "$work/source/src/build-data/version.txt" | paste -sd. -)"
  final="$cache/botan-$version-$(botan_fingerprint)"

  say "    compiling Botan $version with $(compile_jobs) jobs: 5 to 10 minutes on two cores, only this once"
  mapfile -t options < <(botan_configuration)
  (
    cd "$work/source" &&
      python3 configure.py "${options[@]}" --prefix="$final"
  ) >"$log" 2>&1 || fail "Botan's configuration failed (details: $log)."
  ninja -C "$work/source" -j "$(compile_jobs)" libs 2>&1 | tee -a "$log" |
    sed -u 's/^\(\[[0-9/]*\]\) .* \([^ ]*\)$/\1 \2/' | progress_line ||
    fail "Botan did not compile (details: $log)."
  DESTDIR="$work/destination" ninja -C "$work/source" install >>"$log" 2>&1 ||
    fail "Botan could not be installed into the cache folder (details: $log)."
  rm -rf "$final"
  mv "$work/destination$final" "$final"
  rm -rf "$work"
  exec 9>&-
  say "    Botan $version is ready: $final"
}

# botan_is_here: will CMake's FindBotan3 find one that serves?
botan_is_here() {
  pkg-config --exists "botan-3 >= $botan_wanted" 2>/dev/null || [ -n "$(cached_botan)" ]
}

# botan_group: the group of packages that must be installed to have Botan, if any; known before apt is
# asked, so that everything is installed in one go.
botan_group() {
  local version
  version="$(os_release_field VERSION_ID)"
  if botan_is_here; then
    return
  fi
  if [ -n "$version" ] && [ "${version%%.*}" -lt 13 ]; then
    printf 'botan\n'
  else
    printf 'botan-system\n'
  fi
}

# ensure_botan: after this, CMake finds Botan. install_packages has run for botan_group.
ensure_botan() {
  if botan_is_here; then
    return
  fi
  if [ "$(botan_group)" = botan ]; then
    headline "Building Botan (TLS, certificates, hashes): this release has only an old version of it"
    build_botan
  else
    fail "$(platform_name)'s package libbotan-3-dev is older than $botan_wanted, and hikyaku's TLS needs that."
  fi
}
