# Finds Dear ImGui's source, where scripts/lib/imgui.sh puts it, and offers it compiled with this
# build's own flags (but without its warnings) as ImGui::ImGui, and with GLFW and OpenGL 3 as
# ImGui::Glfw. Sets ImGui_FOUND, ImGui_VERSION, ImGui_SOURCE_DIR. Takes the newest there is of the
# versions that the window was written for.

include(${CMAKE_CURRENT_LIST_DIR}/CacheFolder.cmake)

set(_imgui_oldest 1.92.2) # the one that was measured; since 1.92 fonts are loaded character by character
set(_imgui_too_new 1.93)  # when the second number rises, the library's authors change what it can do
unset(ImGui_SOURCE_DIR)
unset(ImGui_VERSION)
set(_imgui_others "")
file(GLOB _imgui_folders ${_hikyaku_cache}/imgui-*)
foreach(_imgui_folder ${_imgui_folders})
  if(EXISTS ${_imgui_folder}/imgui.h)
    file(STRINGS ${_imgui_folder}/imgui.h _imgui_line REGEX "define IMGUI_VERSION ")
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" _imgui_version "${_imgui_line}")
    if(_imgui_version VERSION_LESS _imgui_oldest
       OR _imgui_version VERSION_GREATER_EQUAL _imgui_too_new)
      string(APPEND _imgui_others " There is ${_imgui_version} (${_imgui_folder}), which does not serve.")
    elseif(NOT ImGui_SOURCE_DIR OR _imgui_version VERSION_GREATER ImGui_VERSION)
      set(ImGui_VERSION ${_imgui_version})
      set(ImGui_SOURCE_DIR ${_imgui_folder})
    endif()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ImGui
  REQUIRED_VARS ImGui_SOURCE_DIR
  VERSION_VAR ImGui_VERSION
  REASON_FAILURE_MESSAGE
    "Dear ImGui's source, at least ${_imgui_oldest} and older than ${_imgui_too_new}, is not in the cache folder.${_imgui_others} Run scripts/test or scripts/start once: they fetch it, and everything else. -DHIKYAKU_GUI=OFF builds all but the window.")

if(ImGui_FOUND AND NOT TARGET ImGui::ImGui)
  add_library(imgui STATIC
    ${ImGui_SOURCE_DIR}/imgui.cpp ${ImGui_SOURCE_DIR}/imgui_draw.cpp
    ${ImGui_SOURCE_DIR}/imgui_tables.cpp ${ImGui_SOURCE_DIR}/imgui_widgets.cpp
    ${ImGui_SOURCE_DIR}/misc/cpp/imgui_stdlib.cpp)
  target_include_directories(imgui SYSTEM PUBLIC ${ImGui_SOURCE_DIR} ${ImGui_SOURCE_DIR}/misc/cpp)
  target_compile_definitions(imgui PUBLIC IMGUI_DISABLE_OBSOLETE_FUNCTIONS)
  # Its list clipper turns +FLT_MAX, its "nowhere", into an int when the keyboard walks over a list:
  # a known habit of the library that clang++'s sanitizer ends the program for, and g++'s does not.
  target_compile_options(imgui PRIVATE -w
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=float-cast-overflow>)
  set_target_properties(imgui PROPERTIES EXPORT_COMPILE_COMMANDS OFF UNITY_BUILD OFF)
  add_library(ImGui::ImGui ALIAS imgui)

  find_package(glfw3 3.3 REQUIRED)
  find_package(OpenGL REQUIRED)
  add_library(imgui_glfw STATIC
    ${ImGui_SOURCE_DIR}/backends/imgui_impl_glfw.cpp
    ${ImGui_SOURCE_DIR}/backends/imgui_impl_opengl3.cpp)
  target_include_directories(imgui_glfw SYSTEM PUBLIC ${ImGui_SOURCE_DIR}/backends)
  target_link_libraries(imgui_glfw PUBLIC imgui glfw OpenGL::GL ${CMAKE_DL_LIBS})
  target_compile_options(imgui_glfw PRIVATE -w)
  set_target_properties(imgui_glfw PROPERTIES EXPORT_COMPILE_COMMANDS OFF UNITY_BUILD OFF)
  add_library(ImGui::Glfw ALIAS imgui_glfw)
endif()
