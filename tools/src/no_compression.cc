// What OpenSSL has in these places when it is built without zlib and zstd: "not available".
// Debian's libcrypto.a is built with both, which would bring their libraries in (0.8 MB) for a
// compression of TLS that nobody asks for here. Linked into the static binary only. See OpenSSL's
// crypto/comp/c_zlib.c and c_zstd.c.

#include <openssl/bio.h>
#include <openssl/comp.h>

extern "C" {

void ossl_comp_zlib_cleanup(void);
void ossl_comp_zstd_cleanup(void);

COMP_METHOD* COMP_zlib(void) { return nullptr; }
COMP_METHOD* COMP_zlib_oneshot(void) { return nullptr; }
COMP_METHOD* COMP_zstd(void) { return nullptr; }
COMP_METHOD* COMP_zstd_oneshot(void) { return nullptr; }
const BIO_METHOD* BIO_f_zlib(void) { return nullptr; }
const BIO_METHOD* BIO_f_zstd(void) { return nullptr; }
void ossl_comp_zlib_cleanup(void) {}
void ossl_comp_zstd_cleanup(void) {}

}  // extern "C"
