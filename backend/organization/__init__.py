"""Business units, stores, staff, roles, tablets and sign-in."""

from backend.organization.models import BusinessUnit, Device, EnrolmentCode, Staff, StaffRole, Store

__all__ = ["BusinessUnit", "Device", "EnrolmentCode", "Staff", "StaffRole", "Store"]
