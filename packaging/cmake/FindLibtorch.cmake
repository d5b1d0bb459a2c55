# SPDX-License-Identifier: GPL-3.0-or-later
# Finds libtorch >= 2.7 (C++11 ABI), CPU or CUDA build, without asking for a CUDA toolkit.
#
# Looked for in this order: VIT_TORCH_ROOT (CMake or environment), CMAKE_PREFIX_PATH, and the folders into which
# packaging/setup.sh unpacks the pinned build. Defines the target Libtorch::Libtorch and Libtorch_VERSION, Libtorch_CUDA,
# Libtorch_LIBRARY_DIR and Libtorch_RUNTIME_LIBRARIES (what a program linked against it loads from there).
set(_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _cache)
  set(_cache "$ENV{HOME}/.cache")
endif()
file(GLOB _unpacked "${_cache}/vit-workbench/libtorch/*/torch")
# The newest first; without a wish, CPU builds before CUDA builds, which start only beside NVIDIA's run-time libraries.
list(SORT _unpacked COMPARE NATURAL ORDER DESCENDING)
set(_unpacked_cuda ${_unpacked})
list(FILTER _unpacked_cuda INCLUDE REGEX "-cuda/torch$")
list(FILTER _unpacked EXCLUDE REGEX "-cuda/torch$")
if(VIT_TORCH_FLAVOUR STREQUAL "cuda")
  set(_unpacked ${_unpacked_cuda})
elseif(NOT VIT_TORCH_FLAVOUR STREQUAL "cpu")
  list(APPEND _unpacked ${_unpacked_cuda})
endif()

# Nothing is cached: another VIT_TORCH_FLAVOUR, or a newer build in the cache folder, counts at the next configure.
find_path(Libtorch_INCLUDE_DIR ATen/ATen.h
  HINTS ${VIT_TORCH_ROOT} $ENV{VIT_TORCH_ROOT} ${CMAKE_PREFIX_PATH} ${_unpacked}
  PATH_SUFFIXES include torch/include
  NO_CACHE NO_CMAKE_SYSTEM_PATH)
get_filename_component(_root "${Libtorch_INCLUDE_DIR}" DIRECTORY)

foreach(_lib torch torch_cpu c10 torch_cuda c10_cuda)
  find_library(Libtorch_${_lib}_LIBRARY ${_lib} HINTS "${_root}/lib" NO_CACHE NO_DEFAULT_PATH)
endforeach()
# libtorch brings its own OpenMP run-time; a second one in the process would double the threads.
find_library(Libtorch_OPENMP_LIBRARY NAMES libgomp.so.1 gomp iomp5
  HINTS "${_root}/lib" "${_root}/../torch.libs" NO_CACHE NO_DEFAULT_PATH)

if(EXISTS "${Libtorch_INCLUDE_DIR}/torch/headeronly/version.h")
  set(_version_file "${Libtorch_INCLUDE_DIR}/torch/headeronly/version.h")
else()
  set(_version_file "${Libtorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
endif()
if(EXISTS "${_version_file}")
  file(READ "${_version_file}" _version_text)
  foreach(_part MAJOR MINOR PATCH)
    string(REGEX MATCH "TORCH_VERSION_${_part} ([0-9]+)" _ "${_version_text}")
    set(_${_part} "${CMAKE_MATCH_1}")
  endforeach()
  set(Libtorch_VERSION "${_MAJOR}.${_MINOR}.${_PATCH}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS Libtorch_INCLUDE_DIR Libtorch_torch_LIBRARY Libtorch_torch_cpu_LIBRARY Libtorch_c10_LIBRARY
  VERSION_VAR Libtorch_VERSION
  REASON_FAILURE_MESSAGE "run packaging/setup.sh, which fetches the pinned build, or set VIT_TORCH_ROOT to your own")

if(Libtorch_FOUND)
  set(Libtorch_CUDA FALSE)
  set(Libtorch_LIBRARY_DIR "${_root}/lib")
  set(_libs "${Libtorch_torch_LIBRARY};${Libtorch_torch_cpu_LIBRARY};${Libtorch_c10_LIBRARY}")
  if(Libtorch_torch_cuda_LIBRARY)
    set(Libtorch_CUDA TRUE)
    list(APPEND _libs "${Libtorch_torch_cuda_LIBRARY}" "${Libtorch_c10_cuda_LIBRARY}")
  endif()
  if(Libtorch_OPENMP_LIBRARY)
    list(APPEND _libs "${Libtorch_OPENMP_LIBRARY}")
  endif()
  set(Libtorch_RUNTIME_LIBRARIES ${_libs})
endif()

if(Libtorch_FOUND AND NOT TARGET Libtorch::Libtorch)
  add_library(Libtorch::Libtorch INTERFACE IMPORTED)
  target_include_directories(Libtorch::Libtorch SYSTEM INTERFACE
    "${Libtorch_INCLUDE_DIR}" "${Libtorch_INCLUDE_DIR}/torch/csrc/api/include")
  # CUDA's kernels register themselves when libtorch_cuda is loaded; no symbol of it is used, so it must not be dropped.
  # PyTorch's own builds (2.11) hold parts of an older std::filesystem, which crash when a program's calls end there: the
  # system's comes first.
  target_link_libraries(Libtorch::Libtorch INTERFACE
    "-Wl,--push-state,--no-as-needed" -lstdc++ ${_libs} "-Wl,--pop-state" "-Wl,-rpath-link,${_root}/lib"
    # So that it links where NVIDIA's run-time libraries are not installed; what is missing then is told at the start.
    $<$<BOOL:${Libtorch_CUDA}>:-Wl,--allow-shlib-undefined>)
  target_compile_options(Libtorch::Libtorch INTERFACE -fopenmp)
endif()
