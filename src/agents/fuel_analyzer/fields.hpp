// The field tables of the fuel analyzer: the one description of its inputs and outputs.
#pragma once

#include "tool/field.hpp"

namespace greenlang::fuel_analyzer {

const tool::ObjectType& activity_type();
const tool::ObjectType& emissions_type();
const tool::ObjectType& lookup_input_type();
const tool::ObjectType& lookup_output_type();
const tool::ObjectType& validation_input_type();
const tool::ObjectType& validation_output_type();
const tool::ObjectType& conversion_input_type();
const tool::ObjectType& conversion_output_type();
const tool::ObjectType& inventory_input_type();
const tool::ObjectType& inventory_type();

}  // namespace greenlang::fuel_analyzer
