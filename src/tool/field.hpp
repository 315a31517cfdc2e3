// A field table: the one description of a struct that a tool takes or gives. Decoding, canonical
// JSON, JSON Schema, OpenAPI, CSV columns and the reference page all come out of it.
//
//   const ObjectType kActivity{"Activity", "An amount of fuel or electricity.", {
//       field<&Activity::quantity>("activity_value", "Amount consumed.").required().at_least(0),
//       field<&Activity::unit>("activity_unit", "Unit of activity_value.").required()}};
//
// Members may be double, int, bool, std::string_view (text that lives in the input or in a table),
// std::string, std::optional<double>, std::optional<int>, std::vector<std::string>, another described
// struct T, std::optional<T> or std::vector<T>. An empty text means "not given".
// Tables are built once, before threads start, and are read-only afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace greenlang::tool {

struct ObjectType;

enum class Kind {
  kNumber,
  kOptionalNumber,
  kInteger,
  kOptionalInteger,
  kBoolean,
  kText,
  kOwnedText,
  kTexts,
  kObject,
  kOptionalObject,
  kObjects,
};

// How to reach into an optional struct or a list of structs without knowing its type.
struct ContainerOps {
  std::size_t (*size)(const void* container);
  const void* (*at)(const void* container, std::size_t index);
  void* (*append)(void* container);  // makes one element (or engages the optional) and returns it
};

class Field {
 public:
  Field(std::string_view name, std::string_view doc, Kind kind, void* (*member)(void*), const ContainerOps* ops)
      : name_(name), doc_(doc), kind_(kind), member_(member), ops_(ops) {}

  // Rules and documentation, to be chained.
  Field&& required() && {
    required_ = true;
    return std::move(*this);
  }
  Field&& at_least(double value) && {
    minimum_ = value;
    return std::move(*this);
  }
  Field&& at_most(double value) && {
    maximum_ = value;
    return std::move(*this);
  }
  // The allowed texts; they must be static.
  Field&& one_of(std::span<const std::string_view> values) && {
    one_of_ = values;
    return std::move(*this);
  }
  Field&& longest(std::size_t bytes_or_items) && {
    longest_ = bytes_or_items;
    return std::move(*this);
  }
  Field&& unit(std::string_view text) && {
    unit_ = text;
    return std::move(*this);
  }
  Field&& source(std::string_view text) && {
    source_ = text;
    return std::move(*this);
  }
  Field&& otherwise(std::string_view text) && {
    default_ = text;
    return std::move(*this);
  }
  Field&& example(std::string_view json) && {
    example_ = json;
    return std::move(*this);
  }
  Field&& of(const ObjectType& type) && {
    object_ = &type;
    return std::move(*this);
  }
  Field&& not_in_csv() && {
    in_csv_ = false;
    return std::move(*this);
  }

  std::string_view name() const { return name_; }
  std::string_view doc() const { return doc_; }
  Kind kind() const { return kind_; }
  bool is_required() const { return required_; }
  std::optional<double> minimum() const { return minimum_; }
  std::optional<double> maximum() const { return maximum_; }
  std::span<const std::string_view> allowed() const { return one_of_; }
  std::size_t longest() const { return longest_; }  // bytes of a text, items of a list
  std::string_view unit() const { return unit_; }
  std::string_view source() const { return source_; }
  std::string_view default_text() const { return default_; }
  std::string_view example() const { return example_; }  // a JSON text
  const ObjectType* object() const { return object_; }
  bool in_csv() const { return in_csv_; }
  const ContainerOps& ops() const { return *ops_; }

  void* member(void* object) const { return member_(object); }
  const void* member(const void* object) const { return member_(const_cast<void*>(object)); }

 private:
  std::string_view name_;
  std::string_view doc_;
  Kind kind_;
  void* (*member_)(void*);
  const ContainerOps* ops_;
  bool required_ = false;
  bool in_csv_ = true;
  std::optional<double> minimum_;
  std::optional<double> maximum_;
  std::span<const std::string_view> one_of_;
  std::size_t longest_ = 200;
  std::string_view unit_;
  std::string_view source_;
  std::string_view default_;
  std::string_view example_;
  const ObjectType* object_ = nullptr;
};

struct ObjectType {
  ObjectType(std::string_view name, std::string_view doc, std::vector<Field> fields);

  std::string_view name;
  std::string_view doc;
  std::vector<Field> fields;                   // in the order a person reads them
  std::vector<std::uint16_t> canonical_order;  // indexes into fields, in RFC 8785 order

  const Field* find(std::string_view field_name) const;
};

namespace detail {

template <class M> struct Member;
template <class T, class M> struct Member<M T::*> {
  using Owner = T;
  using Type = M;
};

template <class M> struct KindOf {
  static constexpr Kind value = Kind::kObject;
  static constexpr bool container = false;
};
template <Kind K> struct Simple {
  static constexpr Kind value = K;
  static constexpr bool container = false;
};
template <> struct KindOf<double> : Simple<Kind::kNumber> {};
template <> struct KindOf<std::optional<double>> : Simple<Kind::kOptionalNumber> {};
template <> struct KindOf<int> : Simple<Kind::kInteger> {};
template <> struct KindOf<std::optional<int>> : Simple<Kind::kOptionalInteger> {};
template <> struct KindOf<bool> : Simple<Kind::kBoolean> {};
template <> struct KindOf<std::string_view> : Simple<Kind::kText> {};
template <> struct KindOf<std::string> : Simple<Kind::kOwnedText> {};
template <> struct KindOf<std::vector<std::string>> : Simple<Kind::kTexts> {};
template <class T> struct KindOf<std::optional<T>> {
  static constexpr Kind value = Kind::kOptionalObject;
  static constexpr bool container = true;
};
template <class T> struct KindOf<std::vector<T>> {
  static constexpr Kind value = Kind::kObjects;
  static constexpr bool container = true;
};

template <class T> struct Ops;
template <class T> struct Ops<std::optional<T>> {
  static std::size_t size(const void* c) { return static_cast<const std::optional<T>*>(c)->has_value() ? 1 : 0; }
  static const void* at(const void* c, std::size_t) { return &**static_cast<const std::optional<T>*>(c); }
  static void* append(void* c) { return &static_cast<std::optional<T>*>(c)->emplace(); }
  static constexpr ContainerOps kOps{size, at, append};
};
template <class T> struct Ops<std::vector<T>> {
  static std::size_t size(const void* c) { return static_cast<const std::vector<T>*>(c)->size(); }
  static const void* at(const void* c, std::size_t i) { return &(*static_cast<const std::vector<T>*>(c))[i]; }
  static void* append(void* c) { return &static_cast<std::vector<T>*>(c)->emplace_back(); }
  static constexpr ContainerOps kOps{size, at, append};
};

}  // namespace detail

// Describes one member. A struct, optional struct or list of structs also needs .of(its table).
template <auto Pointer> Field field(std::string_view name, std::string_view doc) {
  using Owner = typename detail::Member<decltype(Pointer)>::Owner;
  using Type = typename detail::Member<decltype(Pointer)>::Type;
  using Traits = detail::KindOf<Type>;
  const ContainerOps* ops = nullptr;
  if constexpr (Traits::container) ops = &detail::Ops<Type>::kOps;
  return Field(
      name, doc, Traits::value, [](void* object) -> void* { return &(static_cast<Owner*>(object)->*Pointer); }, ops);
}

}  // namespace greenlang::tool
