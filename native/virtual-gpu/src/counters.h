// What tests read and set: counts of the runtime's work, injected faults, dry mode. C functions of the same names are exported.
#pragma once
#include <cstdint>

bool vg_dry();                           // VGPU_DRY=1: launches are checked and counted, not executed
uint64_t vg_memory();                    // VGPU_MEMORY: device memory in bytes, or with M or G; 8 GiB
int vg_fault(const char* function);      // the error that this call has to return, or 0
void vg_count_allocation(int64_t bytes); // negative: a free
void vg_count_launch(const char* kernel);
void vg_count_copy(int direction, uint64_t bytes); // 0 host to host, 1 to device, 2 to host, 3 on the device
void vg_count_synchronisation();
