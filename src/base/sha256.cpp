#include "base/sha256.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace greenlang {
namespace {

// Fetching by name costs about a microsecond in OpenSSL 3; once is enough for the process.
const EVP_MD* digest_type() {
  static EVP_MD* const kType = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kType;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() { begin(digest_type()); }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  // A null type starts anew with the type already set, which is the cheap way.
  void begin(const EVP_MD* type) { GL_CHECK(evp != nullptr && EVP_DigestInit_ex2(evp, type, nullptr) == 1); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) { GL_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1); }

void Sha256::update(std::span<const std::uint8_t> bytes) { GL_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1); }

Digest Sha256::finish() {
  Digest out;
  GL_CHECK(EVP_DigestFinal_ex(context_->evp, out.data(), nullptr) == 1);
  context_->begin(nullptr);
  return out;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string hex(const Digest& digest) { return to_hex(digest); }

}  // namespace greenlang
