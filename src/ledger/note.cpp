#include "ledger/note.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "base/sha256.hpp"
#include "base/text.hpp"

namespace greenlang::ledger {
namespace {

constexpr std::uint8_t kEd25519 = 1;  // the algorithm byte of the specification
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // U+2014 and a space

using KeyHash = std::array<std::uint8_t, 4>;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

Error bad_name() { return invalid("", "a log's name must be 1 to 255 printable ASCII characters without space and '+'"); }

KeyHash key_hash(std::string_view name, std::span<const std::uint8_t> public_key) {
  Sha256 hash;
  hash.update(name);
  hash.update("\n\x01");
  hash.update(public_key);
  const Digest digest = hash.finish();
  KeyHash out;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::array<std::uint8_t, kKeyBytes> public_bytes(const EVP_PKEY* key) {
  std::array<std::uint8_t, kKeyBytes> out;
  std::size_t length = out.size();
  GL_CHECK(EVP_PKEY_get_raw_public_key(key, out.data(), &length) == 1 && length == out.size());
  return out;
}

// "<name>+<hash>+<base64(0x01 || 32 bytes)>": the form of both kinds of key.
struct KeyText {
  std::string name;
  std::string hash_hex;
  std::array<std::uint8_t, kKeyBytes> bytes{};
  ~KeyText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

bool read_key_text(std::string_view text, KeyText& key) {
  // The base64 may hold a '+' too, so only the first two separate.
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return false;
  key.name = text.substr(0, first);
  key.hash_hex = text.substr(first + 1, second - first - 1);
  auto data = from_base64(text.substr(second + 1));
  if (!data) return false;
  const bool good = is_name(key.name) && data->size() == 1 + kKeyBytes && (*data)[0] == kEd25519;
  if (good) std::copy_n(data->begin() + 1, kKeyBytes, key.bytes.begin());
  OPENSSL_cleanse(data->data(), data->size());
  return good;
}

std::string key_text(const std::string& name, const KeyHash& hash, std::span<const std::uint8_t> key) {
  std::vector<std::uint8_t> data{kEd25519};
  data.insert(data.end(), key.begin(), key.end());
  std::string text = name + "+" + to_hex(hash) + "+" + to_base64(data);
  OPENSSL_cleanse(data.data(), data.size());
  return text;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

bool signature_holds(EVP_PKEY* key, std::string_view text, std::span<const std::uint8_t> signature) {
  Context context(EVP_MD_CTX_new());
  GL_CHECK(context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), reinterpret_cast<const std::uint8_t*>(text.data()),
                          text.size()) == 1;
}

// What Go's package refuses to read: control characters other than newline, and text that is not UTF-8.
bool is_note_text(std::string_view note) {
  return is_utf8(note) && std::none_of(note.begin(), note.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; });
}

struct SignatureLine {
  std::string_view name;
  std::vector<std::uint8_t> data;  // key hash and signature
};

bool read_signature_line(std::string_view line, SignatureLine& out) {
  if (!line.starts_with(kSignaturePrefix)) return false;
  line.remove_prefix(kSignaturePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == 0 || space == line.npos) return false;
  out.name = line.substr(0, space);
  auto data = from_base64(line.substr(space + 1));
  if (!data || data->size() < KeyHash().size() + 1) return false;
  out.data = std::move(*data);
  return true;
}

}  // namespace

void FreePkey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

SigningKey::SigningKey(std::string name, Pkey key) : name_(std::move(name)), key_(std::move(key)) {
  public_ = public_bytes(key_.get());
  hash_ = key_hash(name_, public_);
}

Result<SigningKey> SigningKey::generate(std::string name) {
  if (!is_name(name)) return bad_name();
  Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return Error{ErrorCode::kInternal, "cannot generate an Ed25519 key"};
  return SigningKey(std::move(name), std::move(key));
}

Result<SigningKey> SigningKey::parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  KeyText parts;
  if (!text.starts_with(kPrivatePrefix) || !read_key_text(text.substr(kPrivatePrefix.size()), parts)) {
    return invalid("", "malformed private key; expected PRIVATE+KEY+<name>+<hash>+<key>");
  }
  Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, parts.bytes.data(), parts.bytes.size()));
  if (!pkey) return invalid("", "the private key is not an Ed25519 key");
  SigningKey key(parts.name, std::move(pkey));
  if (to_hex(key.hash_) != parts.hash_hex) return invalid("", "the private key does not fit its key hash");
  return key;
}

std::string SigningKey::secret_text() const {
  std::array<std::uint8_t, kKeyBytes> seed;
  std::size_t length = seed.size();
  GL_CHECK(EVP_PKEY_get_raw_private_key(key_.get(), seed.data(), &length) == 1 && length == seed.size());
  std::string text = std::string(kPrivatePrefix) + key_text(name_, hash_, seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return text;
}

std::string SigningKey::verifier_text() const { return key_text(name_, hash_, public_); }

std::string SigningKey::sign(std::string_view text) const {
  GL_CHECK(text.ends_with('\n'));
  std::array<std::uint8_t, 4 + kSignatureBytes> data;
  std::copy(hash_.begin(), hash_.end(), data.begin());
  std::size_t length = kSignatureBytes;
  Context context(EVP_MD_CTX_new());
  GL_CHECK(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  GL_CHECK(EVP_DigestSign(context.get(), data.data() + hash_.size(), &length, reinterpret_cast<const std::uint8_t*>(text.data()),
                          text.size()) == 1);
  GL_CHECK(length == kSignatureBytes);
  std::string note(text);
  note.append("\n").append(kSignaturePrefix).append(name_).append(" ").append(to_base64(data)).append("\n");
  return note;
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  KeyText parts;
  if (!read_key_text(text, parts)) {
    return invalid("", "malformed verifier key; expected <name>+<hash>+<key> with an Ed25519 key");
  }
  Pkey pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, parts.bytes.data(), parts.bytes.size()));
  if (!pkey) return invalid("", "the verifier key is not an Ed25519 key");
  VerifierKey key(parts.name, std::move(pkey));
  key.hash_ = key_hash(key.name_, parts.bytes);
  if (to_hex(key.hash_) != parts.hash_hex) return invalid("", "the verifier key does not fit its key hash");
  return key;
}

Result<std::string> VerifierKey::open(std::string_view note) const {
  if (note.size() > kMaxNoteBytes) return Error{ErrorCode::kTooLarge, "the note is over 1000000 bytes"};
  const std::size_t gap = note.rfind("\n\n");
  if (gap == note.npos || !note.ends_with('\n') || !is_note_text(note)) return invalid("", "malformed note");
  const std::string_view text = note.substr(0, gap + 1);
  std::string_view rest = note.substr(gap + 2);
  bool signed_by_us = false;
  for (int count = 0; !rest.empty(); ++count) {
    const std::size_t end = rest.find('\n');
    SignatureLine line;
    if (count == kMaxSignatures || !read_signature_line(rest.substr(0, end), line)) {
      return invalid("", "malformed note: bad signature line");
    }
    rest.remove_prefix(end + 1);
    if (signed_by_us || line.name != name_ || !std::equal(hash_.begin(), hash_.end(), line.data.begin())) continue;
    const auto signature = std::span<const std::uint8_t>(line.data).subspan(hash_.size());
    // As in Go: a signature that claims to be of this key and is not condemns the note.
    if (!signature_holds(key_.get(), text, signature)) {
      return invalid("", "the signature of " + name_ + " is not valid");
    }
    signed_by_us = true;
  }
  if (!signed_by_us) return invalid("", "the note has no signature of " + name_);
  return std::string(text);
}

}  // namespace greenlang::ledger
