SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_key (
    id bigint NOT NULL,
    label character varying(80) NOT NULL,
    token_hash character varying(64) NOT NULL,
    device_slug character varying(100),
    user_id bigint,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint
);
CREATE SEQUENCE public.api_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.api_key_id_seq OWNED BY public.api_key.id;
CREATE TABLE public.bms_data_entry (
    device_id bigint NOT NULL,
    id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    date_posted bigint NOT NULL,
    clock character varying(10) NOT NULL,
    readings text NOT NULL,
    content text NOT NULL
);
CREATE SEQUENCE public.bms_data_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.bms_data_entry_id_seq OWNED BY public.bms_data_entry.id;
CREATE TABLE public.device (
    id bigint NOT NULL,
    site_id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    slug character varying(100) NOT NULL,
    name character varying(100) NOT NULL,
    string integer,
    public boolean NOT NULL,
    sensor_id bigint,
    expected_interval_seconds integer,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.device_id_seq OWNED BY public.device.id;
CREATE TABLE public.job (
    name character varying(40) NOT NULL,
    label character varying(200) NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    message character varying(200) NOT NULL,
    started_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    finished_at bigint
);
CREATE TABLE public.sensor (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    name character varying(20) NOT NULL,
    type character varying(20) NOT NULL,
    units character varying(20) NOT NULL,
    protocol character varying(20) NOT NULL,
    public boolean NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.sensor_data_entry (
    device_id bigint NOT NULL,
    id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    date_posted bigint NOT NULL,
    clock character varying(10) NOT NULL,
    readings text NOT NULL,
    content text NOT NULL
);
CREATE SEQUENCE public.sensor_data_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.sensor_data_entry_id_seq OWNED BY public.sensor_data_entry.id;
CREATE SEQUENCE public.sensor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.sensor_id_seq OWNED BY public.sensor.id;
CREATE TABLE public.series (
    id bigint NOT NULL,
    device_id bigint NOT NULL,
    key character varying(200) NOT NULL,
    label character varying(200) NOT NULL,
    unit character varying(40) NOT NULL,
    first_seen_at bigint NOT NULL
);
CREATE SEQUENCE public.series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.series_id_seq OWNED BY public.series.id;
CREATE TABLE public.site (
    id bigint NOT NULL,
    name character varying(80) NOT NULL,
    timezone character varying(64) NOT NULL,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.site_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.site_id_seq OWNED BY public.site.id;
CREATE TABLE public.tristar_daily_data_entry (
    device_id bigint NOT NULL,
    id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    date_posted bigint NOT NULL,
    clock character varying(10) NOT NULL,
    readings text NOT NULL,
    content text NOT NULL
);
CREATE SEQUENCE public.tristar_daily_data_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tristar_daily_data_entry_id_seq OWNED BY public.tristar_daily_data_entry.id;
CREATE TABLE public.tristar_data_entry (
    device_id bigint NOT NULL,
    id bigint NOT NULL,
    recorded_at bigint NOT NULL,
    date_posted bigint NOT NULL,
    clock character varying(10) NOT NULL,
    readings text NOT NULL,
    content text NOT NULL
);
CREATE SEQUENCE public.tristar_data_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tristar_data_entry_id_seq OWNED BY public.tristar_data_entry.id;
CREATE TABLE public."user" (
    id bigint NOT NULL,
    username character varying(60) NOT NULL,
    email character varying(60) NOT NULL,
    password character varying(255) NOT NULL,
    admin boolean NOT NULL,
    created_at bigint NOT NULL
);
CREATE SEQUENCE public.user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_id_seq OWNED BY public."user".id;
ALTER TABLE ONLY public.api_key ALTER COLUMN id SET DEFAULT nextval('public.api_key_id_seq'::regclass);
ALTER TABLE ONLY public.bms_data_entry ALTER COLUMN id SET DEFAULT nextval('public.bms_data_entry_id_seq'::regclass);
ALTER TABLE ONLY public.device ALTER COLUMN id SET DEFAULT nextval('public.device_id_seq'::regclass);
ALTER TABLE ONLY public.sensor ALTER COLUMN id SET DEFAULT nextval('public.sensor_id_seq'::regclass);
ALTER TABLE ONLY public.sensor_data_entry ALTER COLUMN id SET DEFAULT nextval('public.sensor_data_entry_id_seq'::regclass);
ALTER TABLE ONLY public.series ALTER COLUMN id SET DEFAULT nextval('public.series_id_seq'::regclass);
ALTER TABLE ONLY public.site ALTER COLUMN id SET DEFAULT nextval('public.site_id_seq'::regclass);
ALTER TABLE ONLY public.tristar_daily_data_entry ALTER COLUMN id SET DEFAULT nextval('public.tristar_daily_data_entry_id_seq'::regclass);
ALTER TABLE ONLY public.tristar_data_entry ALTER COLUMN id SET DEFAULT nextval('public.tristar_data_entry_id_seq'::regclass);
ALTER TABLE ONLY public."user" ALTER COLUMN id SET DEFAULT nextval('public.user_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.api_key VALUES (1, 'the Pi', '4b6d39ca04f05b2042631325346244373efa0c2f285643398fc99fbbd1a87930', 'bms', NULL, 1795539677878, NULL, NULL);
INSERT INTO public.bms_data_entry VALUES (4, 1, 1793534400000, 1793534400000, 'synced', '{"min_cell_b_rate":0.0,"max_cell_b_rate":0.0,"a_cell_b_rate":0.0,"balancing_threshold":3.45,"battery_charge":938304.0,"battery_capacity":1296000.0,"state_of_charge":72.4,"min_cell_m_temperature":20.0,"max_cell_m_temperature":22.0,"a_cell_m_temperature":21.0,"min_cell_temperature":18.0,"max_cell_temperature":20.0,"a_cell_temperature":19.0,"number_of_cells":8.0,"minimum_cell_voltage":3.34,"maximum_cell_voltage":3.36,"average_cell_voltage":3.35,"total_voltage":13.39,"total_current":32.3,"charging_stage":3.0,"last_charging_error":0.0,"stage_duration":11946.0,"uptime":1296345.0,"cell_1_voltage":3.34,"cell_2_voltage":3.35,"cell_3_voltage":3.34,"cell_4_voltage":3.36,"cell_5_voltage":3.35,"cell_6_voltage":3.34,"cell_7_voltage":3.35,"cell_8_voltage":3.35,"cell_1_m_temperature":20.0,"cell_2_m_temperature":21.0,"cell_3_m_temperature":21.0,"cell_4_m_temperature":20.0,"cell_5_m_temperature":20.0,"cell_6_m_temperature":20.0,"cell_7_m_temperature":22.0,"cell_8_m_temperature":21.0,"cell_1_temperature":18.0,"cell_2_temperature":19.0,"cell_3_temperature":19.0,"cell_4_temperature":18.0,"cell_5_temperature":18.0,"cell_6_temperature":19.0,"cell_7_temperature":20.0,"cell_8_temperature":19.0}', '{"name": "BMS", "Battery Balancing Rate Summary": {"number of cells": 8, "minimum cell balancing rate": 0.0, "maximum cell balancing rate": 0.0, "average cell balancing rate": 0.0, "balancing threshold": 3.45}, "Battery Balancing Rate Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module balancing rate": 0.0}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module balancing rate": 0.0}}, "Battery Charge": {"battery charge": 938304, "battery capacity": 1296000, "state of charge": 72.4}, "Battery Module Temperature Summary": {"number of cells": 8, "minimum cell module temperature": {"value": 20, "unit": "C"}, "maximum cell module temperature": {"value": 22, "unit": "C"}, "average cell module temperature": {"value": 21, "unit": "C"}}, "Battery Module Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 21, "unit": "C"}, "cell 3": {"value": 21, "unit": "C"}, "cell 4": {"value": 20, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 20, "unit": "C"}, "cell 3": {"value": 22, "unit": "C"}, "cell 4": {"value": 21, "unit": "C"}}}}, "Battery Cell Temperature Summary": {"number of cells": 8, "minimum cell temperature": {"value": 18, "unit": "C"}, "maximum cell temperature": {"value": 20, "unit": "C"}, "average cell temperature": {"value": 19, "unit": "C"}}, "Battery Cell Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 19, "unit": "C"}, "cell 4": {"value": 18, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 20, "unit": "C"}, "cell 4": {"value": 19, "unit": "C"}}}}, "BatteryVoltageSummary": {"number of cells": 8, "minimum cell voltage": 3.34, "maximum cell voltage": 3.36, "average cell voltage": 3.35, "total voltage": 13.39}, "BatteryVoltageDetail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.34, "unit": "V"}, "cell 2": {"value": 3.35, "unit": "V"}, "cell 3": {"value": 3.34, "unit": "V"}, "cell 4": {"value": 3.36, "unit": "V"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.35, "unit": "V"}, "cell 2": {"value": 3.34, "unit": "V"}, "cell 3": {"value": 3.35, "unit": "V"}, "cell 4": {"value": 3.35, "unit": "V"}}}}, "CANDevicesStatus": {"CAN current sensor status": "Not configured", "CAN cell group 1": {"number of cells": 4, "status": "OK"}, "CAN cell group 2": {"number of cells": 4, "status": "OK"}}, "ReceivedCANMessages": {"CAN identifier": "000001B5", "Identifier Extension Used": "False", "Remote Transmission Used": "False", "Data Length": 8, "Unprocessed CAN data": "0x0486868686000000"}, "ChargerStatus": {"set voltage": {"value": null, "unit": "V"}, "set current": {"value": null, "unit": "A"}, "actual voltage": {"value": null, "unit": "V"}, "actual current": {"value": null, "unit": "A"}, "CAN charger status": {"value": null, "unit": "N/A"}}, "CurrentAndVoltage": {"total voltage": {"value": 13.39, "unit": "V"}, "current": {"value": 32.3, "unit": "A"}}, "Distance And Energy": {"error": "not programmed"}, "Input Pins": {"AC SENSE": "True", "IGN IN": "False", "FAST CHG": "False"}, "Events Log": {"log event number 1": {"log event": "Started main charging stage", "unix timestamp": 1575390066}, "log event number 2": {"log event": "Charger connected", "unix timestamp": 1575390041}, "log event number 3": {"log event": "Charger disconnected", "unix timestamp": 1575333252}, "log event number 4": {"log event": "Charging finished", "unix timestamp": 1575327775}}, "OutputPins": {"CHARGER PIN": "True", "HEATER": "False", "BAT_LOW": "False", "BUZZER": "False", "CHG_IND": "False"}, "Statistics": {"statistic 1": {"name": "Total Discharge", "value": 8120, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 2": {"name": "Total Charge", "value": 8391, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 3": {"name": "Minimum Cell Voltage", "value": 2.93, "unit": "V", "unix timestamp": 1569679950, "Cell ID": 5}, "statistic 4": {"name": "Maximum Cell Voltage", "value": 3.57, "unit": "V", "unix timestamp": 1571525283, "Cell ID": 3}, "statistic 5": {"name": "Under-voltage protection count", "value": 1, "unit": "N/A", "unix timestamp": 1569679950, "Cell ID": null}}, "BMS Status": {"Charging Stage": "Main Charging Stage", "Last Charging Error": "No error", "Last Charging Error Parameter": 0, "Stage Duration": 11946, "Status Errors": null, "Protection Errors": null, "Power Errors": null, "Pins Connected": "charger_mains_AC_sense,charger_enable_output,state_of_charge,battery_contactor,current_sensor"}, "Time And Date": {"year": 2019, "month": 12, "day": 3, "hour": 11, "minute": 40, "second": 12, "uptime": 1296345}, "Version Number": {"hardware version": "Emus BMS G1", "serial number": "00000382", "firmware version": "2.0.18"}}');
INSERT INTO public.bms_data_entry VALUES (4, 2, 1793534460000, 1793534400000, 'synced', '{"min_cell_b_rate":0.0,"max_cell_b_rate":0.0,"a_cell_b_rate":0.0,"balancing_threshold":3.45,"battery_charge":938304.0,"battery_capacity":1296000.0,"state_of_charge":72.4,"min_cell_m_temperature":20.0,"max_cell_m_temperature":22.0,"a_cell_m_temperature":21.0,"min_cell_temperature":18.0,"max_cell_temperature":20.0,"a_cell_temperature":19.0,"number_of_cells":8.0,"minimum_cell_voltage":3.34,"maximum_cell_voltage":3.36,"average_cell_voltage":3.35,"total_voltage":13.39,"total_current":32.3,"charging_stage":3.0,"last_charging_error":0.0,"stage_duration":11946.0,"uptime":1296345.0,"cell_1_voltage":3.34,"cell_2_voltage":3.35,"cell_3_voltage":3.34,"cell_4_voltage":3.36,"cell_5_voltage":3.35,"cell_6_voltage":3.34,"cell_7_voltage":3.35,"cell_8_voltage":3.35,"cell_1_m_temperature":20.0,"cell_2_m_temperature":21.0,"cell_3_m_temperature":21.0,"cell_4_m_temperature":20.0,"cell_5_m_temperature":20.0,"cell_6_m_temperature":20.0,"cell_7_m_temperature":22.0,"cell_8_m_temperature":21.0,"cell_1_temperature":18.0,"cell_2_temperature":19.0,"cell_3_temperature":19.0,"cell_4_temperature":18.0,"cell_5_temperature":18.0,"cell_6_temperature":19.0,"cell_7_temperature":20.0,"cell_8_temperature":19.0}', '{"name": "BMS", "Battery Balancing Rate Summary": {"number of cells": 8, "minimum cell balancing rate": 0.0, "maximum cell balancing rate": 0.0, "average cell balancing rate": 0.0, "balancing threshold": 3.45}, "Battery Balancing Rate Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module balancing rate": 0.0}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module balancing rate": 0.0}}, "Battery Charge": {"battery charge": 938304, "battery capacity": 1296000, "state of charge": 72.4}, "Battery Module Temperature Summary": {"number of cells": 8, "minimum cell module temperature": {"value": 20, "unit": "C"}, "maximum cell module temperature": {"value": 22, "unit": "C"}, "average cell module temperature": {"value": 21, "unit": "C"}}, "Battery Module Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 21, "unit": "C"}, "cell 3": {"value": 21, "unit": "C"}, "cell 4": {"value": 20, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 20, "unit": "C"}, "cell 3": {"value": 22, "unit": "C"}, "cell 4": {"value": 21, "unit": "C"}}}}, "Battery Cell Temperature Summary": {"number of cells": 8, "minimum cell temperature": {"value": 18, "unit": "C"}, "maximum cell temperature": {"value": 20, "unit": "C"}, "average cell temperature": {"value": 19, "unit": "C"}}, "Battery Cell Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 19, "unit": "C"}, "cell 4": {"value": 18, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 20, "unit": "C"}, "cell 4": {"value": 19, "unit": "C"}}}}, "BatteryVoltageSummary": {"number of cells": 8, "minimum cell voltage": 3.34, "maximum cell voltage": 3.36, "average cell voltage": 3.35, "total voltage": 13.39}, "BatteryVoltageDetail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.34, "unit": "V"}, "cell 2": {"value": 3.35, "unit": "V"}, "cell 3": {"value": 3.34, "unit": "V"}, "cell 4": {"value": 3.36, "unit": "V"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.35, "unit": "V"}, "cell 2": {"value": 3.34, "unit": "V"}, "cell 3": {"value": 3.35, "unit": "V"}, "cell 4": {"value": 3.35, "unit": "V"}}}}, "CANDevicesStatus": {"CAN current sensor status": "Not configured", "CAN cell group 1": {"number of cells": 4, "status": "OK"}, "CAN cell group 2": {"number of cells": 4, "status": "OK"}}, "ReceivedCANMessages": {"CAN identifier": "000001B5", "Identifier Extension Used": "False", "Remote Transmission Used": "False", "Data Length": 8, "Unprocessed CAN data": "0x0486868686000000"}, "ChargerStatus": {"set voltage": {"value": null, "unit": "V"}, "set current": {"value": null, "unit": "A"}, "actual voltage": {"value": null, "unit": "V"}, "actual current": {"value": null, "unit": "A"}, "CAN charger status": {"value": null, "unit": "N/A"}}, "CurrentAndVoltage": {"total voltage": {"value": 13.39, "unit": "V"}, "current": {"value": 32.3, "unit": "A"}}, "Distance And Energy": {"error": "not programmed"}, "Input Pins": {"AC SENSE": "True", "IGN IN": "False", "FAST CHG": "False"}, "Events Log": {"log event number 1": {"log event": "Started main charging stage", "unix timestamp": 1575390066}, "log event number 2": {"log event": "Charger connected", "unix timestamp": 1575390041}, "log event number 3": {"log event": "Charger disconnected", "unix timestamp": 1575333252}, "log event number 4": {"log event": "Charging finished", "unix timestamp": 1575327775}}, "OutputPins": {"CHARGER PIN": "True", "HEATER": "False", "BAT_LOW": "False", "BUZZER": "False", "CHG_IND": "False"}, "Statistics": {"statistic 1": {"name": "Total Discharge", "value": 8120, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 2": {"name": "Total Charge", "value": 8391, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 3": {"name": "Minimum Cell Voltage", "value": 2.93, "unit": "V", "unix timestamp": 1569679950, "Cell ID": 5}, "statistic 4": {"name": "Maximum Cell Voltage", "value": 3.57, "unit": "V", "unix timestamp": 1571525283, "Cell ID": 3}, "statistic 5": {"name": "Under-voltage protection count", "value": 1, "unit": "N/A", "unix timestamp": 1569679950, "Cell ID": null}}, "BMS Status": {"Charging Stage": "Main Charging Stage", "Last Charging Error": "No error", "Last Charging Error Parameter": 0, "Stage Duration": 11946, "Status Errors": null, "Protection Errors": null, "Power Errors": null, "Pins Connected": "charger_mains_AC_sense,charger_enable_output,state_of_charge,battery_contactor,current_sensor"}, "Time And Date": {"year": 2019, "month": 12, "day": 3, "hour": 11, "minute": 40, "second": 12, "uptime": 1296345}, "Version Number": {"hardware version": "Emus BMS G1", "serial number": "00000382", "firmware version": "2.0.18"}}');
INSERT INTO public.bms_data_entry VALUES (4, 3, 1793534520000, 1793534400000, 'synced', '{"min_cell_b_rate":0.0,"max_cell_b_rate":0.0,"a_cell_b_rate":0.0,"balancing_threshold":3.45,"battery_charge":938304.0,"battery_capacity":1296000.0,"state_of_charge":72.4,"min_cell_m_temperature":20.0,"max_cell_m_temperature":22.0,"a_cell_m_temperature":21.0,"min_cell_temperature":18.0,"max_cell_temperature":20.0,"a_cell_temperature":19.0,"number_of_cells":8.0,"minimum_cell_voltage":3.34,"maximum_cell_voltage":3.36,"average_cell_voltage":3.35,"total_voltage":13.39,"total_current":32.3,"charging_stage":3.0,"last_charging_error":0.0,"stage_duration":11946.0,"uptime":1296345.0,"cell_1_voltage":3.34,"cell_2_voltage":3.35,"cell_3_voltage":3.34,"cell_4_voltage":3.36,"cell_5_voltage":3.35,"cell_6_voltage":3.34,"cell_7_voltage":3.35,"cell_8_voltage":3.35,"cell_1_m_temperature":20.0,"cell_2_m_temperature":21.0,"cell_3_m_temperature":21.0,"cell_4_m_temperature":20.0,"cell_5_m_temperature":20.0,"cell_6_m_temperature":20.0,"cell_7_m_temperature":22.0,"cell_8_m_temperature":21.0,"cell_1_temperature":18.0,"cell_2_temperature":19.0,"cell_3_temperature":19.0,"cell_4_temperature":18.0,"cell_5_temperature":18.0,"cell_6_temperature":19.0,"cell_7_temperature":20.0,"cell_8_temperature":19.0}', '{"name": "BMS", "Battery Balancing Rate Summary": {"number of cells": 8, "minimum cell balancing rate": 0.0, "maximum cell balancing rate": 0.0, "average cell balancing rate": 0.0, "balancing threshold": 3.45}, "Battery Balancing Rate Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module balancing rate": 0.0}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module balancing rate": 0.0}}, "Battery Charge": {"battery charge": 938304, "battery capacity": 1296000, "state of charge": 72.4}, "Battery Module Temperature Summary": {"number of cells": 8, "minimum cell module temperature": {"value": 20, "unit": "C"}, "maximum cell module temperature": {"value": 22, "unit": "C"}, "average cell module temperature": {"value": 21, "unit": "C"}}, "Battery Module Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 21, "unit": "C"}, "cell 3": {"value": 21, "unit": "C"}, "cell 4": {"value": 20, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 20, "unit": "C"}, "cell 2": {"value": 20, "unit": "C"}, "cell 3": {"value": 22, "unit": "C"}, "cell 4": {"value": 21, "unit": "C"}}}}, "Battery Cell Temperature Summary": {"number of cells": 8, "minimum cell temperature": {"value": 18, "unit": "C"}, "maximum cell temperature": {"value": 20, "unit": "C"}, "average cell temperature": {"value": 19, "unit": "C"}}, "Battery Cell Temperature Detail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 19, "unit": "C"}, "cell 4": {"value": 18, "unit": "C"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module temperatures": {"cell 1": {"value": 18, "unit": "C"}, "cell 2": {"value": 19, "unit": "C"}, "cell 3": {"value": 20, "unit": "C"}, "cell 4": {"value": 19, "unit": "C"}}}}, "BatteryVoltageSummary": {"number of cells": 8, "minimum cell voltage": 3.34, "maximum cell voltage": 3.36, "average cell voltage": 3.35, "total voltage": 13.39}, "BatteryVoltageDetail": {"cell group 1": {"cell string number": 0, "first cell number": 0, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.34, "unit": "V"}, "cell 2": {"value": 3.35, "unit": "V"}, "cell 3": {"value": 3.34, "unit": "V"}, "cell 4": {"value": 3.36, "unit": "V"}}}, "cell group 2": {"cell string number": 1, "first cell number": 4, "size of group": 4, "individual cell module voltages": {"cell 1": {"value": 3.35, "unit": "V"}, "cell 2": {"value": 3.34, "unit": "V"}, "cell 3": {"value": 3.35, "unit": "V"}, "cell 4": {"value": 3.35, "unit": "V"}}}}, "CANDevicesStatus": {"CAN current sensor status": "Not configured", "CAN cell group 1": {"number of cells": 4, "status": "OK"}, "CAN cell group 2": {"number of cells": 4, "status": "OK"}}, "ReceivedCANMessages": {"CAN identifier": "000001B5", "Identifier Extension Used": "False", "Remote Transmission Used": "False", "Data Length": 8, "Unprocessed CAN data": "0x0486868686000000"}, "ChargerStatus": {"set voltage": {"value": null, "unit": "V"}, "set current": {"value": null, "unit": "A"}, "actual voltage": {"value": null, "unit": "V"}, "actual current": {"value": null, "unit": "A"}, "CAN charger status": {"value": null, "unit": "N/A"}}, "CurrentAndVoltage": {"total voltage": {"value": 13.39, "unit": "V"}, "current": {"value": 32.3, "unit": "A"}}, "Distance And Energy": {"error": "not programmed"}, "Input Pins": {"AC SENSE": "True", "IGN IN": "False", "FAST CHG": "False"}, "Events Log": {"log event number 1": {"log event": "Started main charging stage", "unix timestamp": 1575390066}, "log event number 2": {"log event": "Charger connected", "unix timestamp": 1575390041}, "log event number 3": {"log event": "Charger disconnected", "unix timestamp": 1575333252}, "log event number 4": {"log event": "Charging finished", "unix timestamp": 1575327775}}, "OutputPins": {"CHARGER PIN": "True", "HEATER": "False", "BAT_LOW": "False", "BUZZER": "False", "CHG_IND": "False"}, "Statistics": {"statistic 1": {"name": "Total Discharge", "value": 8120, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 2": {"name": "Total Charge", "value": 8391, "unit": "Ah", "unix timestamp": 1575401940, "Cell ID": null}, "statistic 3": {"name": "Minimum Cell Voltage", "value": 2.93, "unit": "V", "unix timestamp": 1569679950, "Cell ID": 5}, "statistic 4": {"name": "Maximum Cell Voltage", "value": 3.57, "unit": "V", "unix timestamp": 1571525283, "Cell ID": 3}, "statistic 5": {"name": "Under-voltage protection count", "value": 1, "unit": "N/A", "unix timestamp": 1569679950, "Cell ID": null}}, "BMS Status": {"Charging Stage": "Main Charging Stage", "Last Charging Error": "No error", "Last Charging Error Parameter": 0, "Stage Duration": 11946, "Status Errors": null, "Protection Errors": null, "Power Errors": null, "Pins Connected": "charger_mains_AC_sense,charger_enable_output,state_of_charge,battery_contactor,current_sensor"}, "Time And Date": {"year": 2019, "month": 12, "day": 3, "hour": 11, "minute": 40, "second": 12, "uptime": 1296345}, "Version Number": {"hardware version": "Emus BMS G1", "serial number": "00000382", "firmware version": "2.0.18"}}');
INSERT INTO public.device VALUES (1, 1, 'sensor', 'admin/SI7020_A20', 'SI7020_A20', NULL, true, 1, NULL, 1795539677801);
INSERT INTO public.device VALUES (2, 1, 'sensor', 'admin/VEML7700', 'VEML7700', NULL, true, 2, NULL, 1795539677808);
INSERT INTO public.device VALUES (3, 1, 'sensor', 'admin/BH1745NUC', 'BH1745NUC', NULL, true, 3, NULL, 1795539677816);
INSERT INTO public.device VALUES (4, 1, 'bms', 'bms', 'Battery', NULL, true, NULL, NULL, 1795539677826);
INSERT INTO public.device VALUES (5, 1, 'tristar', 'tristar-1', 'Charge controller, string 1', 1, true, NULL, NULL, 1795539677834);
INSERT INTO public.sensor VALUES (1, 1, 'SI7020_A20', 'temp. and humidity', 'C, % RH', 'I2C', true, 1795539677797);
INSERT INTO public.sensor VALUES (2, 1, 'VEML7700', 'light', 'lux', 'I2C', true, 1795539677806);
INSERT INTO public.sensor VALUES (3, 1, 'BH1745NUC', 'colour', 'counts', 'I2C', true, 1795539677810);
INSERT INTO public.sensor_data_entry VALUES (2, 1, 1793534400000, 1793534400000, 'synced', '{"light":21480.6,"temperature":22.4,"humidity":61.3}', '{"light": {"value": 21480.6, "unit": "lux"}, "temperature": {"value": 22.4, "unit": "C"}, "humidity": {"value": 61.3, "unit": "% RH"}}');
INSERT INTO public.sensor_data_entry VALUES (2, 2, 1793534460000, 1793534400000, 'synced', '{"light":21480.6,"temperature":22.4,"humidity":61.3}', '{"light": {"value": 21480.6, "unit": "lux"}, "temperature": {"value": 22.4, "unit": "C"}, "humidity": {"value": 61.3, "unit": "% RH"}}');
INSERT INTO public.sensor_data_entry VALUES (2, 3, 1793534520000, 1793534400000, 'synced', '{"light":21480.6,"temperature":22.4,"humidity":61.3}', '{"light": {"value": 21480.6, "unit": "lux"}, "temperature": {"value": 22.4, "unit": "C"}, "humidity": {"value": 61.3, "unit": "% RH"}}');
INSERT INTO public.series VALUES (1, 4, 'min_cell_b_rate', 'Minimum Cell Balancing Rate', '%', 1793534400000);
INSERT INTO public.series VALUES (2, 4, 'max_cell_b_rate', 'Maximum Cell Balancing Rate', '%', 1793534400000);
INSERT INTO public.series VALUES (3, 4, 'a_cell_b_rate', 'Average Cell Balancing Rate', '%', 1793534400000);
INSERT INTO public.series VALUES (4, 4, 'balancing_threshold', 'Balancing Threshold', 'V', 1793534400000);
INSERT INTO public.series VALUES (5, 4, 'battery_charge', 'Battery Charge', 'C', 1793534400000);
INSERT INTO public.series VALUES (6, 4, 'battery_capacity', 'Battery Capacity', 'C', 1793534400000);
INSERT INTO public.series VALUES (7, 4, 'state_of_charge', 'State of Charge', '%', 1793534400000);
INSERT INTO public.series VALUES (8, 4, 'min_cell_m_temperature', 'Minimum Cell Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (9, 4, 'max_cell_m_temperature', 'Maximum Cell Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (10, 4, 'a_cell_m_temperature', 'Average Cell Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (11, 4, 'min_cell_temperature', 'Minimum Cell Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (12, 4, 'max_cell_temperature', 'Maximum Cell Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (13, 4, 'a_cell_temperature', 'Average Cell Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (14, 4, 'number_of_cells', 'Number of Cells', '', 1793534400000);
INSERT INTO public.series VALUES (15, 4, 'minimum_cell_voltage', 'Minimum Cell Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (16, 4, 'maximum_cell_voltage', 'Maximum Cell Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (17, 4, 'average_cell_voltage', 'Average Cell Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (18, 4, 'total_voltage', 'Total Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (19, 4, 'total_current', 'Total Battery Current', 'A', 1793534400000);
INSERT INTO public.series VALUES (20, 4, 'charging_stage', 'Charging Stage', '', 1793534400000);
INSERT INTO public.series VALUES (21, 4, 'last_charging_error', 'Last Charging Error', '', 1793534400000);
INSERT INTO public.series VALUES (22, 4, 'stage_duration', 'Stage Duration', 's', 1793534400000);
INSERT INTO public.series VALUES (23, 4, 'uptime', 'Battery Manager Uptime', 's', 1793534400000);
INSERT INTO public.series VALUES (24, 4, 'cell_1_voltage', 'Cell 1 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (25, 4, 'cell_2_voltage', 'Cell 2 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (26, 4, 'cell_3_voltage', 'Cell 3 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (27, 4, 'cell_4_voltage', 'Cell 4 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (28, 4, 'cell_5_voltage', 'Cell 5 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (29, 4, 'cell_6_voltage', 'Cell 6 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (30, 4, 'cell_7_voltage', 'Cell 7 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (31, 4, 'cell_8_voltage', 'Cell 8 Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (32, 4, 'cell_1_m_temperature', 'Cell 1 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (33, 4, 'cell_2_m_temperature', 'Cell 2 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (34, 4, 'cell_3_m_temperature', 'Cell 3 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (35, 4, 'cell_4_m_temperature', 'Cell 4 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (36, 4, 'cell_5_m_temperature', 'Cell 5 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (37, 4, 'cell_6_m_temperature', 'Cell 6 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (38, 4, 'cell_7_m_temperature', 'Cell 7 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (39, 4, 'cell_8_m_temperature', 'Cell 8 Module Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (40, 4, 'cell_1_temperature', 'Cell 1 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (41, 4, 'cell_2_temperature', 'Cell 2 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (42, 4, 'cell_3_temperature', 'Cell 3 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (43, 4, 'cell_4_temperature', 'Cell 4 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (44, 4, 'cell_5_temperature', 'Cell 5 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (45, 4, 'cell_6_temperature', 'Cell 6 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (46, 4, 'cell_7_temperature', 'Cell 7 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (47, 4, 'cell_8_temperature', 'Cell 8 Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (48, 5, 'bat_voltage', 'Battery Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (49, 5, 'bat_terminal_voltage', 'Battery Terminal Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (50, 5, 'bat_sense_voltage', 'Battery Sense Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (51, 5, 'array_voltage', 'Array Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (52, 5, 'bat_current', 'Battery Current', 'A', 1793534400000);
INSERT INTO public.series VALUES (53, 5, 'array_current', 'Array Current', 'A', 1793534400000);
INSERT INTO public.series VALUES (54, 5, '12V_supply', '12 V Supply', 'V', 1793534400000);
INSERT INTO public.series VALUES (55, 5, '3V_supply', '3 V Supply', 'V', 1793534400000);
INSERT INTO public.series VALUES (56, 5, 'meterbus_voltage', 'MeterBus Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (57, 5, '1_8V_supply', '1.8 V Supply', 'V', 1793534400000);
INSERT INTO public.series VALUES (58, 5, 'v_ref', 'Reference Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (59, 5, 'temp_h', 'Heatsink Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (60, 5, 'temp_rts', 'RTS Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (61, 5, 'temp_bat_reg', 'Battery Regulation Temperature', 'degC', 1793534400000);
INSERT INTO public.series VALUES (62, 5, 'bat_voltage_slow', 'Battery Voltage (slow)', 'V', 1793534400000);
INSERT INTO public.series VALUES (63, 5, 'charging_current', 'Charging Current', 'A', 1793534400000);
INSERT INTO public.series VALUES (64, 5, 'min_bat_voltage', 'Minimum Battery Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (65, 5, 'max_bat_voltage', 'Maximum Battery Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (66, 5, 'hourmeter', 'Hour Meter', 'h', 1793534400000);
INSERT INTO public.series VALUES (67, 5, 'dip_switches', 'DIP Switches', '', 1793534400000);
INSERT INTO public.series VALUES (68, 5, 'led_state', 'LED State', '', 1793534400000);
INSERT INTO public.series VALUES (69, 5, 'charge_state', 'Charge State', '', 1793534400000);
INSERT INTO public.series VALUES (70, 5, 'target_voltage', 'Target Regulation Voltage', 'V', 1793534400000);
INSERT INTO public.series VALUES (71, 5, 'ah_resettable', 'Ah Charge Resettable', 'Ah', 1793534400000);
INSERT INTO public.series VALUES (72, 5, 'ah_total', 'Ah Charge Total', 'Ah', 1793534400000);
INSERT INTO public.series VALUES (73, 5, 'kwhr_resettable', 'kWh Charge Resettable', 'kWh', 1793534400000);
INSERT INTO public.series VALUES (74, 5, 'kwhr_total', 'kWh Charge Total', 'kWh', 1793534400000);
INSERT INTO public.series VALUES (75, 5, 'p_out', 'Output Power', 'W', 1793534400000);
INSERT INTO public.series VALUES (76, 5, 'p_in', 'Input Power', 'W', 1793534400000);
INSERT INTO public.series VALUES (77, 5, 'V_max_power', 'Max Power of Last Sweep', 'W', 1793534400000);
INSERT INTO public.series VALUES (78, 5, 'V_mp', 'Vmp of Last Sweep', 'V', 1793534400000);
INSERT INTO public.series VALUES (79, 5, 'V_oc', 'Voc of Last Sweep', 'V', 1793534400000);
INSERT INTO public.series VALUES (80, 5, 'bat_min_voltage_daily', 'Battery Voltage Minimum Daily', 'V', 1793534400000);
INSERT INTO public.series VALUES (81, 5, 'bat_max_voltage_daily', 'Battery Voltage Maximum Daily', 'V', 1793534400000);
INSERT INTO public.series VALUES (82, 5, 'input_voltage_max_daily', 'Input Voltage Maximum Daily', 'V', 1793534400000);
INSERT INTO public.series VALUES (83, 5, 'Ah_daily', 'Amp Hours Accumulated Daily', 'Ah', 1793534400000);
INSERT INTO public.series VALUES (84, 5, 'Wh_daily', 'Watt Hours Accumulated Daily', 'Wh', 1793534400000);
INSERT INTO public.series VALUES (85, 5, 'P_max_daily', 'Maximum Power Output Daily', 'W', 1793534400000);
INSERT INTO public.series VALUES (86, 5, 'min_temp_daily', 'Minimum Temperature Daily', 'degC', 1793534400000);
INSERT INTO public.series VALUES (87, 5, 'max_temp_daily', 'Maximum Temperature Daily', 'degC', 1793534400000);
INSERT INTO public.series VALUES (88, 5, 'time_ab_daily', 'Time in Absorption Daily', 's', 1793534400000);
INSERT INTO public.series VALUES (89, 5, 'time_eq_daily', 'Time in Equalize Daily', 's', 1793534400000);
INSERT INTO public.series VALUES (90, 5, 'time_fl_daily', 'Time in Float Daily', 's', 1793534400000);
INSERT INTO public.series VALUES (91, 2, 'light', 'light', 'lux', 1793534400000);
INSERT INTO public.series VALUES (92, 2, 'temperature', 'temperature', 'C', 1793534400000);
INSERT INTO public.series VALUES (93, 2, 'humidity', 'humidity', '% RH', 1793534400000);
INSERT INTO public.site VALUES (1, 'Arboretum', 'America/Los_Angeles', 1795539677638);
INSERT INTO public.tristar_daily_data_entry VALUES (5, 1, 1793534400000, 1793534400000, 'synced', '{"bat_min_voltage_daily":13.11,"bat_max_voltage_daily":14.17,"input_voltage_max_daily":94.6,"Ah_daily":103.2,"Wh_daily":1400.0,"P_max_daily":281.6,"min_temp_daily":9.0,"max_temp_daily":21.0,"time_ab_daily":256.0,"time_eq_daily":0.0,"time_fl_daily":6540.0}', '{"name": "Tristar", "date": "12/03/2019", "Daily Logger Values": {"Battery Voltage Minimum Daily": 13.11, "Battery Voltage Maximum Daily": 14.17, "Input Voltage Maximum Daily": 94.6, "Amp Hours accumulated daily": 103.2, "Watt Hours accumulated daily": 1400, "Maximum power output daily": 281.6, "Minimum temperature daily": 9, "Maximum temperature daily": 21, "time_ab_daily": 256, "time_eq_daily": 0, "time_fl_daily": 6540, "daily alarms": null, "daily faults": null, "daily flags": "Entered float"}, "Charge Settings": {"EV_absorp": 14.0, "EV_float": 13.5, "Et_absorp": 256, "Et_absorp_ext": 0, "EV_absorp_ext": 12.5, "EV_float_cancel": 12.3, "Et_float_exit_cum": 3600, "EV_eq": 0.0, "Et_eqcalendar": 0, "Et_eq_above": 0, "Et_eq_reg": 0, "Et_battery_service": 0, "EV_tempcomp": 0.03, "EV_hvd": 14.5, "EV_hvr": 13.8, "Evb_ref_lim": 0.0, "ETb_max": 80, "ETb_min": -30, "EV_soc_g_gy": 13.3, "EV_soc_gy_y": 13.0, "EV_soc_y_yr": 12.65, "EV_soc_yr_r": 12.0, "Elb_lim": 20.63, "EVa_ref_fixed_init": 0.0, "EVa_ref_fixed_pet_init": 0.0}}');
INSERT INTO public.tristar_data_entry VALUES (5, 1, 1793534400000, 1793534400000, 'synced', '{"bat_voltage":13.41,"bat_terminal_voltage":13.47,"bat_sense_voltage":13.41,"array_voltage":72.9,"bat_current":18.5,"array_current":3.56,"12V_supply":12.1,"3V_supply":3.02,"meterbus_voltage":12.0,"1_8V_supply":1.79,"v_ref":1.5,"temp_h":31.0,"temp_rts":19.0,"temp_bat_reg":19.0,"bat_voltage_slow":13.4,"charging_current":18.4,"min_bat_voltage":11.98,"max_bat_voltage":14.21,"hourmeter":19874.0,"dip_switches":60.0,"led_state":6.0,"charge_state":5.0,"target_voltage":14.18,"ah_resettable":4210.5,"ah_total":37312.4,"kwhr_resettable":56.0,"kwhr_total":496.0,"p_out":249.2,"p_in":259.5,"V_max_power":261.3,"V_mp":72.6,"V_oc":89.9}', '{"name": "Tristar", "date": "12/03/2019", "ADC data": {"battery voltage": 13.41, "battery terminal voltage": 13.47, "battery sense voltage": 13.41, "array voltage": 72.9, "battery current": 18.5, "array current": 3.56, "12V supply": 12.1, "3V supply": 3.02, "meterbus voltage": 12.0, "1.8V supply": 1.79, "reference voltage": 1.5}, "Temperature data": {"heatsink temperature": 31, "RTS temperature": 19, "battery regulation temperature": 19}, "Status": {"battery_voltage": 13.4, "charging_current": 18.4, "minimum battery voltage": 11.98, "maximum battery voltage": 14.21, "hourmeter": 19874, "faults": null, "alarms": null, "dipswitch": "OFF OFF ON ON ON ON OFF OFF", "LED state": "GREEN LED"}, "Charger Data": {"Charge State": "MPPT", "target regulation voltage": 14.18, "Ah Charge Resettable": 4210.5, "Ah Charge Total": 37312.4, "kWhr Charge Resettable": 56, "kWhr Charge Total": 496}, "MPPT Data": {"output power": 249.2, "input power": 259.5, "max power of last sweep": 261.3, "Vmp of last sweep": 72.6, "Voc of last sweep": 89.9}}');
INSERT INTO public.tristar_data_entry VALUES (5, 2, 1793534460000, 1793534400000, 'synced', '{"bat_voltage":13.41,"bat_terminal_voltage":13.47,"bat_sense_voltage":13.41,"array_voltage":72.9,"bat_current":18.5,"array_current":3.56,"12V_supply":12.1,"3V_supply":3.02,"meterbus_voltage":12.0,"1_8V_supply":1.79,"v_ref":1.5,"temp_h":31.0,"temp_rts":19.0,"temp_bat_reg":19.0,"bat_voltage_slow":13.4,"charging_current":18.4,"min_bat_voltage":11.98,"max_bat_voltage":14.21,"hourmeter":19874.0,"dip_switches":60.0,"led_state":6.0,"charge_state":5.0,"target_voltage":14.18,"ah_resettable":4210.5,"ah_total":37312.4,"kwhr_resettable":56.0,"kwhr_total":496.0,"p_out":249.2,"p_in":259.5,"V_max_power":261.3,"V_mp":72.6,"V_oc":89.9}', '{"name": "Tristar", "date": "12/03/2019", "ADC data": {"battery voltage": 13.41, "battery terminal voltage": 13.47, "battery sense voltage": 13.41, "array voltage": 72.9, "battery current": 18.5, "array current": 3.56, "12V supply": 12.1, "3V supply": 3.02, "meterbus voltage": 12.0, "1.8V supply": 1.79, "reference voltage": 1.5}, "Temperature data": {"heatsink temperature": 31, "RTS temperature": 19, "battery regulation temperature": 19}, "Status": {"battery_voltage": 13.4, "charging_current": 18.4, "minimum battery voltage": 11.98, "maximum battery voltage": 14.21, "hourmeter": 19874, "faults": null, "alarms": null, "dipswitch": "OFF OFF ON ON ON ON OFF OFF", "LED state": "GREEN LED"}, "Charger Data": {"Charge State": "MPPT", "target regulation voltage": 14.18, "Ah Charge Resettable": 4210.5, "Ah Charge Total": 37312.4, "kWhr Charge Resettable": 56, "kWhr Charge Total": 496}, "MPPT Data": {"output power": 249.2, "input power": 259.5, "max power of last sweep": 261.3, "Vmp of last sweep": 72.6, "Voc of last sweep": 89.9}}');
INSERT INTO public.tristar_data_entry VALUES (5, 3, 1793534520000, 1793534400000, 'synced', '{"bat_voltage":13.41,"bat_terminal_voltage":13.47,"bat_sense_voltage":13.41,"array_voltage":72.9,"bat_current":18.5,"array_current":3.56,"12V_supply":12.1,"3V_supply":3.02,"meterbus_voltage":12.0,"1_8V_supply":1.79,"v_ref":1.5,"temp_h":31.0,"temp_rts":19.0,"temp_bat_reg":19.0,"bat_voltage_slow":13.4,"charging_current":18.4,"min_bat_voltage":11.98,"max_bat_voltage":14.21,"hourmeter":19874.0,"dip_switches":60.0,"led_state":6.0,"charge_state":5.0,"target_voltage":14.18,"ah_resettable":4210.5,"ah_total":37312.4,"kwhr_resettable":56.0,"kwhr_total":496.0,"p_out":249.2,"p_in":259.5,"V_max_power":261.3,"V_mp":72.6,"V_oc":89.9}', '{"name": "Tristar", "date": "12/03/2019", "ADC data": {"battery voltage": 13.41, "battery terminal voltage": 13.47, "battery sense voltage": 13.41, "array voltage": 72.9, "battery current": 18.5, "array current": 3.56, "12V supply": 12.1, "3V supply": 3.02, "meterbus voltage": 12.0, "1.8V supply": 1.79, "reference voltage": 1.5}, "Temperature data": {"heatsink temperature": 31, "RTS temperature": 19, "battery regulation temperature": 19}, "Status": {"battery_voltage": 13.4, "charging_current": 18.4, "minimum battery voltage": 11.98, "maximum battery voltage": 14.21, "hourmeter": 19874, "faults": null, "alarms": null, "dipswitch": "OFF OFF ON ON ON ON OFF OFF", "LED state": "GREEN LED"}, "Charger Data": {"Charge State": "MPPT", "target regulation voltage": 14.18, "Ah Charge Resettable": 4210.5, "Ah Charge Total": 37312.4, "kWhr Charge Resettable": 56, "kWhr Charge Total": 496}, "MPPT Data": {"output power": 249.2, "input power": 259.5, "max power of last sweep": 261.3, "Vmp of last sweep": 72.6, "Voc of last sweep": 89.9}}');
INSERT INTO public."user" VALUES (1, 'admin', 'admin@localhost.localdomain', 'scrypt:32768:8:1$AA==$AA==', true, 1795539677786);
SELECT pg_catalog.setval('public.api_key_id_seq', 1, true);
SELECT pg_catalog.setval('public.bms_data_entry_id_seq', 3, true);
SELECT pg_catalog.setval('public.device_id_seq', 5, true);
SELECT pg_catalog.setval('public.sensor_data_entry_id_seq', 3, true);
SELECT pg_catalog.setval('public.sensor_id_seq', 3, true);
SELECT pg_catalog.setval('public.series_id_seq', 93, true);
SELECT pg_catalog.setval('public.site_id_seq', 1, true);
SELECT pg_catalog.setval('public.tristar_daily_data_entry_id_seq', 1, true);
SELECT pg_catalog.setval('public.tristar_data_entry_id_seq', 3, true);
SELECT pg_catalog.setval('public.user_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (id);
ALTER TABLE ONLY public.bms_data_entry
    ADD CONSTRAINT pk_bms_data_entry PRIMARY KEY (id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT pk_device PRIMARY KEY (id);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT pk_job PRIMARY KEY (name);
ALTER TABLE ONLY public.sensor
    ADD CONSTRAINT pk_sensor PRIMARY KEY (id);
ALTER TABLE ONLY public.sensor_data_entry
    ADD CONSTRAINT pk_sensor_data_entry PRIMARY KEY (id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT pk_series PRIMARY KEY (id);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT pk_site PRIMARY KEY (id);
ALTER TABLE ONLY public.tristar_daily_data_entry
    ADD CONSTRAINT pk_tristar_daily_data_entry PRIMARY KEY (id);
ALTER TABLE ONLY public.tristar_data_entry
    ADD CONSTRAINT pk_tristar_data_entry PRIMARY KEY (id);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT pk_user PRIMARY KEY (id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uq_api_key_token_hash UNIQUE (token_hash);
ALTER TABLE ONLY public.bms_data_entry
    ADD CONSTRAINT uq_bms_data_entry_device_id_recorded_at UNIQUE (device_id, recorded_at);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT uq_device_sensor_id UNIQUE (sensor_id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT uq_device_slug UNIQUE (slug);
ALTER TABLE ONLY public.sensor_data_entry
    ADD CONSTRAINT uq_sensor_data_entry_device_id_recorded_at UNIQUE (device_id, recorded_at);
ALTER TABLE ONLY public.sensor
    ADD CONSTRAINT uq_sensor_user_id_name UNIQUE (user_id, name);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT uq_series_device_id_key UNIQUE (device_id, key);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT uq_site_name UNIQUE (name);
ALTER TABLE ONLY public.tristar_daily_data_entry
    ADD CONSTRAINT uq_tristar_daily_data_entry_device_id_recorded_at UNIQUE (device_id, recorded_at);
ALTER TABLE ONLY public.tristar_data_entry
    ADD CONSTRAINT uq_tristar_data_entry_device_id_recorded_at UNIQUE (device_id, recorded_at);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT uq_user_email UNIQUE (email);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT uq_user_username UNIQUE (username);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT fk_api_key_user_id_user FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.bms_data_entry
    ADD CONSTRAINT fk_bms_data_entry_device_id_device FOREIGN KEY (device_id) REFERENCES public.device(id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT fk_device_sensor_id_sensor FOREIGN KEY (sensor_id) REFERENCES public.sensor(id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT fk_device_site_id_site FOREIGN KEY (site_id) REFERENCES public.site(id);
ALTER TABLE ONLY public.sensor_data_entry
    ADD CONSTRAINT fk_sensor_data_entry_device_id_device FOREIGN KEY (device_id) REFERENCES public.device(id);
ALTER TABLE ONLY public.sensor
    ADD CONSTRAINT fk_sensor_user_id_user FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT fk_series_device_id_device FOREIGN KEY (device_id) REFERENCES public.device(id);
ALTER TABLE ONLY public.tristar_daily_data_entry
    ADD CONSTRAINT fk_tristar_daily_data_entry_device_id_device FOREIGN KEY (device_id) REFERENCES public.device(id);
ALTER TABLE ONLY public.tristar_data_entry
    ADD CONSTRAINT fk_tristar_data_entry_device_id_device FOREIGN KEY (device_id) REFERENCES public.device(id);
